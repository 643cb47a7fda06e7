#pragma once
#include <string>
#include "storage/codec.hpp"

/// Keys and what was done to them, as etcdctl writes them for people. Pure.
namespace coxctl::store {

struct KvStyle {
  bool hex = false, value_only = false;
};
/// The key on a line and the value on the next.
std::string kv_text(const storage::wire::KeyValue& kv, KvStyle style);
std::string range_text(const storage::wire::RangeResponse& response, KvStyle style);
std::string put_text(const storage::wire::PutResponse& response, KvStyle style);
std::string del_text(const storage::wire::DeleteRangeResponse& response, KvStyle style);
/// SUCCESS or FAILURE, then an empty line and an answer for each request.
std::string txn_text(const storage::wire::TxnResponse& response, KvStyle style);
/// PUT or DELETE, the previous pair if there is one, the pair.
std::string event_text(const storage::wire::Event& event, KvStyle style);

}  // namespace coxctl::store
