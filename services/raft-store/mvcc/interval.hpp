#pragma once
#include <string_view>

namespace raft_store::mvcc {

/// What (key, range_end) of a request mean: range_end empty: the one key; "\0": all from key on; otherwise
/// [key, range_end). Points into the request.
struct Interval {
  std::string_view key, range_end;

  bool single() const noexcept { return range_end.empty(); }
  bool unbounded() const noexcept { return range_end == std::string_view("\0", 1); }
  bool contains(std::string_view k) const noexcept {
    if (single()) return k == key;
    return k >= key && (unbounded() || k < range_end);
  }
};

}  // namespace raft_store::mvcc
