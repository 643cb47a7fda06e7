#pragma once
#include <string>
#include <vector>
#include "storage/codec.hpp"

/// What get, del, watch and put mean by their arguments and flags, as etcdctl reads them. Pure.
namespace coxctl::store {

namespace wire = storage::wire;

/// As etcd's requests have it: `end` empty is the one key, "\0" all keys from `key` on.
struct KeyRange {
  std::string key, end;
};
/// KEY [RANGE_END] with --prefix or --from-key. Error: invalid_argument for what excludes each other.
base::Result<KeyRange> key_range(const std::vector<std::string>& arguments, bool prefix, bool from_key);

/// "" or ASCEND, DESCEND in any case. Error: invalid_argument.
base::Result<wire::SortOrder> sort_order(const std::string& text);
/// "" or CREATE, KEY, MODIFY, VALUE, VERSION in any case. Error: invalid_argument.
base::Result<wire::SortTarget> sort_target(const std::string& text);
/// "l" or "s": whether a read may be answered by one member alone. Error: invalid_argument.
base::Result<bool> serializable(const std::string& consistency);

}  // namespace coxctl::store
