#include "raft-store/gateway/core.hpp"
#include "base/log.hpp"
#include "storage/errors.hpp"

namespace raft_store::gateway {

Core::Core(Parts parts_, std::size_t request_bytes_max_)
    : parts(std::move(parts_)), request_bytes_max(request_bytes_max_) {
  const replication::ReplicatorStatus status = parts.replicator.status();
  cluster_id_ = status.cluster_id;
  member_id_ = status.id.value;
}

void Core::stamp(wire::ResponseHeader& header) const {
  header.cluster_id = cluster_id_;
  header.member_id = member_id_;
  header.raft_term = parts.replicator.standing().term.value;
}

wire::ResponseHeader Core::header() const {
  wire::ResponseHeader header;
  stamp(header);
  header.revision = parts.store.revision();
  return header;
}

base::Awaitable<base::Result<void>> Core::read_barrier() {
  const base::Result<raft::Index> applied = co_await parts.replicator.linearizable_read();
  if (!applied) co_return in_etcds_words(applied.error());
  co_return base::Result<void>();
}

base::Awaitable<base::Result<void>> Core::leader_barrier() {
  const replication::Standing before = parts.replicator.standing();
  auto held = co_await read_barrier();
  if (!held) co_return held;
  const replication::Standing after = parts.replicator.standing();
  if (before.leader.value != member_id_ || after.leader.value != member_id_ || before.term != after.term)
    co_return storage::errors::no_leader();
  co_return base::Result<void>();
}

base::Awaitable<base::Error> Core::out_of_space() {
  const wire::AlarmMember own{member_id_, wire::AlarmType::nospace};
  for (const wire::AlarmMember& alarm : parts.store.alarms())
    if (alarm.member_id == own.member_id && alarm.alarm == own.alarm) co_return storage::errors::no_space();
  mvcc::Command command = wire::AlarmRequest{wire::AlarmAction::activate, own.member_id, own.alarm};
  const auto raised = co_await propose<wire::AlarmResponse>(std::move(command));
  if (raised)
    base::log::error("alarm NOSPACE: writing is refused until there is room and the alarm is taken back",
                     {{"data_bytes", parts.store.size().total}, {"data_bytes_max", parts.quota->limit()}});
  co_return storage::errors::no_space();
}

base::Awaitable<base::Result<replication::OutcomePtr>> Core::commit(mvcc::Command command) {
  std::string bytes = mvcc::encode(command);
  if (bytes.size() > request_bytes_max) co_return storage::errors::request_too_large();
  auto applied = co_await parts.replicator.propose(std::move(bytes));
  if (!applied) co_return in_etcds_words(applied.error());
  co_return std::move(applied->outcome);
}

}  // namespace raft_store::gateway
