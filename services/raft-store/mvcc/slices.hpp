#pragma once
#include <rocksdb/slice.h>
#include <string_view>

/// Between RocksDB's slices and string views. For sources only.
namespace raft_store::mvcc {

inline std::string_view view_of(const rocksdb::Slice& slice) {
  return {slice.data(), slice.size()};
}
inline rocksdb::Slice slice_of(std::string_view view) {
  return {view.data(), view.size()};
}

}  // namespace raft_store::mvcc
