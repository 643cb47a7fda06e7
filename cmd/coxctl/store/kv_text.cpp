#include "coxctl/store/kv_text.hpp"
#include "coxctl/store/text.hpp"

namespace coxctl::store {

namespace wire = storage::wire;

std::string kv_text(const wire::KeyValue& kv, KvStyle style) {
  const std::string value = kv.value ? *kv.value : "";
  std::string out;
  if (!style.value_only) out = (style.hex ? hex_bytes(kv.key) : kv.key) + "\n";
  return out + (style.hex ? hex_bytes(value) : value) + "\n";
}

std::string range_text(const wire::RangeResponse& response, KvStyle style) {
  std::string out;
  for (const wire::KeyValue& kv : response.kvs)
    out += kv_text(kv, style);
  return out;
}

std::string put_text(const wire::PutResponse& response, KvStyle style) {
  return "OK\n" + (response.prev_kv ? kv_text(*response.prev_kv, style) : "");
}

std::string del_text(const wire::DeleteRangeResponse& response, KvStyle style) {
  std::string out = std::to_string(response.deleted) + "\n";
  for (const wire::KeyValue& kv : response.prev_kvs)
    out += kv_text(kv, style);
  return out;
}

std::string txn_text(const wire::TxnResponse& response, KvStyle style) {
  std::string out = response.succeeded ? "SUCCESS\n" : "FAILURE\n";
  for (const wire::ResponseOp& op : response.responses) {
    out += "\n";
    if (op.range) out += range_text(*op.range, style);
    if (op.put) out += put_text(*op.put, style);
    if (op.delete_range) out += del_text(*op.delete_range, style);
    if (op.txn) out += txn_text(*op.txn, style);
  }
  return out;
}

std::string event_text(const wire::Event& event, KvStyle style) {
  std::string out = std::string(names(event.type)[static_cast<std::size_t>(event.type)]) + "\n";
  if (event.prev_kv) out += kv_text(*event.prev_kv, style);
  return out + (event.kv ? kv_text(*event.kv, style) : "");
}

}  // namespace coxctl::store
