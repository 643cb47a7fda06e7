#pragma once
#include "raft-store/mvcc/store.hpp"
#include "raft-store/mvcc/tables.hpp"

/// What a view tells of more than one revision.
namespace raft_store::mvcc {

/// See Store::history.
base::Result<History> read_history(const View& view, const HistoryRequest& request);
/// See Store::hash_kv.
base::Result<HashKv> hash_kv(const View& view, Revision revision);
/// See Store::sweep. `view` is the published one.
base::Result<bool> sweep(const View& view, std::size_t changes_max);

}  // namespace raft_store::mvcc
