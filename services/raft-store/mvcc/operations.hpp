#pragma once
#include "raft-store/mvcc/command.hpp"
#include "raft-store/mvcc/write_state.hpp"

/// What each command does, on a state. Deterministic.
namespace raft_store::mvcc {

/// Carries out a command and answers it. On an error nothing was changed. Takes the values out of it.
base::Result<Response> run(WriteState& state, Command command);

/// A transaction that has passed `check`. `writer`: the reader itself where writes are possible; null: the
/// transaction is read-only. Values are moved out of `request`. Does not commit.
base::Result<wire::TxnResponse> run_txn(const Reader& reader, WriteState* writer, wire::TxnRequest& request);

/// Whether the data allows the put: its lease exists, and the key where its value or lease is to be kept.
base::Result<void> check_put(WriteState& state, const wire::PutRequest& request);
wire::PutResponse put(WriteState& state, wire::PutRequest& request);
/// Errors of the disk end the process.
wire::DeleteRangeResponse delete_range(WriteState& state, const wire::DeleteRangeRequest& request);

}  // namespace raft_store::mvcc
