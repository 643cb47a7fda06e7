#pragma once
#include <string>
#include <string_view>
#include <variant>
#include "base/error.hpp"
#include "raft-store/replication/state_machine.hpp"
#include "storage/messages_other.hpp"
#include "storage/store.hpp"

/// What goes through the log, and what it comes to.
namespace raft_store::mvcc {

namespace wire = storage::wire;

/// wire::LeaseIdRequest as a command: the lease goes, and all keys attached to it in one revision.
struct LeaseRevoke {
  std::int64_t id = 0;
};

/// A replicated command. All that the state machine needs to know is in it: whoever proposes has chosen the
/// id and the TTL of a lease (Lessor::complete) and passed `check`.
using Command =
    std::variant<wire::PutRequest, wire::DeleteRangeRequest, wire::TxnRequest, wire::CompactionRequest,
                 wire::LeaseGrantRequest, LeaseRevoke, wire::AlarmRequest, wire::LeaseCheckpointRequest>;

/// For Replicator::propose: a format version, the kind, the request in protobuf.
std::string encode(const Command& command);
/// Errors: invalid_argument; unsupported (a newer format).
base::Result<Command> decode(std::string_view bytes);

/// The answer to a command of the same kind; HeaderResponse: compaction, lease revoke and
/// checkpoint. Of the headers only
/// `revision` is set; those inside a transaction's answer as etcd sets them.
using Response = std::variant<wire::HeaderResponse, wire::PutResponse, wire::DeleteRangeResponse,
                              wire::TxnResponse, wire::LeaseGrantResponse, wire::AlarmResponse>;

/// What Replicator::propose yields for a command of ours (a static_cast away). Immutable.
class Outcome final : public replication::Outcome {
 public:
  explicit Outcome(base::Result<Response> r) : result(std::move(r)) {}
  /// Errors: those of storage::errors that only the data can tell (lease or key not found, compacted, future
  /// revision, no space), and those of `check` if the proposer did not.
  const base::Result<Response> result;
};

/// The result of an outcome of this store's machine, as a T. `outcome` is not null.
template <class T>
base::Result<T> outcome_as(const replication::Outcome& outcome) {
  const auto& result = static_cast<const Outcome&>(outcome).result;
  if (!result) return result.error();
  return std::get<T>(*result);
}

/// The most operations in one branch of a transaction, nested ones counted with those around them
/// (--max-txn-ops).
inline constexpr std::size_t kTxnOperationsMax = 128;

/// What etcd refuses before it proposes or reads: an empty key, an unknown sort option, a value with
/// ignore_value, a lease with ignore_lease, too many operations, an empty operation, a key written twice on
/// one path, a lease TTL out of range. Errors: storage::errors. Source: etcd's server/etcdserver/api/v3rpc.
base::Result<void> check(const wire::RangeRequest& request);
base::Result<void> check(const wire::PutRequest& request);
base::Result<void> check(const wire::DeleteRangeRequest& request);
base::Result<void> check(const wire::TxnRequest& request);
base::Result<void> check(const wire::LeaseGrantRequest& request);
/// An action or an alarm that there is not, which protobuf can carry. Error: invalid_argument.
base::Result<void> check(const wire::AlarmRequest& request);

/// True if no path of the transaction writes: then Store::txn answers it without the log.
bool is_read_only(const wire::TxnRequest& request);
/// True if all its ranges are serializable (etcd: then a read-only transaction needs no ReadIndex).
bool is_serializable(const wire::TxnRequest& request);

}  // namespace raft_store::mvcc
