#pragma once
#include "raft-store/gateway/core.hpp"
#include "storage/messages_lock.hpp"

namespace raft_store::gateway {

/// What locks and elections are made of: keys NAME/LEASE, each under its lease, in the order they were
/// created. The oldest has its turn; one that is given up, or whose lease ends, goes. The keys are those of
/// etcd's own clients, so that both may stand in one line. Source: etcd's client/v3/concurrency.
class WaitingLine {
 public:
  explicit WaitingLine(Core& core) : core_(core) {}

  struct Place {
    std::string key;
    storage::Revision revision = 0;  ///< The key's create_revision: what the line is ordered by.
    std::string value;
    wire::ResponseHeader header;
  };
  /// The lease itself, or for 0 a new one of 60 seconds.
  base::Awaitable<base::Result<storage::LeaseId>> lease_for(storage::LeaseId lease);
  /// Takes the last place, with this value; or finds the place that the lease has. Errors: those of a
  /// transaction.
  base::Awaitable<base::Result<Place>> join(std::string name, storage::LeaseId lease, std::string value);
  /// Until it is the place's turn. Errors: session_expired if the key is gone before; unavailable (the server
  /// stops).
  base::Awaitable<base::Result<void>> turn(std::string name, Place place);
  /// Whose turn it is, as this member sees it; nothing if the line is empty.
  base::Result<std::optional<wire::KeyValue>> first(const std::string& name) const;
  /// Hears of every change of the line from now on. On the caller's strand.
  std::unique_ptr<mvcc::Subscription> follow(const std::string& name, base::Executor strand,
                                             bool only_departures) const;
  /// Puts or (without a value) deletes the key, if it is still this place. False if it is not.
  base::Awaitable<base::Result<bool>> change(const wire::LeaderKey& place, const std::string* value,
                                             wire::ResponseHeader& header);

 private:
  enum class Turn { ours, waiting, lost };
  base::Result<Turn> look(const std::string& name, const Place& place) const;

  Core& core_;
};

/// An error without a gRPC code of its own: Unknown, as etcd answers what its client library found.
base::Error unknown(const char* what);

}  // namespace raft_store::gateway
