#include "raft-store/gateway/maintenance.hpp"
#include <rocksdb/db.h>
#include "base/clock.hpp"
#include "raft-store/replication/open_database.hpp"
#include "storage/errors.hpp"

namespace raft_store::gateway {
namespace {

constexpr const char* kService = "etcdserverpb.Maintenance";

/// As etcd prints an alarm among a member's errors.
std::string text_of(const wire::AlarmMember& alarm) {
  const std::string member =
      alarm.member_id != 0 ? "memberID:" + std::to_string(alarm.member_id) + " " : std::string();
  return member + "alarm:" + names(alarm.alarm)[static_cast<std::size_t>(alarm.alarm)] + " ";
}

base::Result<void> compact_all(const replication::Database& database, std::vector<std::string> families) {
  families.emplace_back(replication::kLogFamily);
  rocksdb::CompactRangeOptions options;
  options.exclusive_manual_compaction = false;
  options.bottommost_level_compaction = rocksdb::BottommostLevelCompaction::kForceOptimized;
  for (const std::string& family : families) {
    const rocksdb::Status status =
        database.db().CompactRange(options, database.family(family), nullptr, nullptr);
    if (!status.ok()) return base::Error(base::Errc::internal, "etcdserver: " + status.ToString());
  }
  return {};
}

}  // namespace

void MaintenanceService::add_to(LeaderRoutes& routes) {
  Routes& clients = routes.clients;
  clients.add("/v3/maintenance/status", kService, "Status",
              unary<wire::EmptyRequest, wire::StatusResponse>(
                  [this](wire::EmptyRequest request) { return status(request); }));
  clients.add("/v3/maintenance/alarm", kService, "Alarm",
              unary<wire::AlarmRequest, wire::AlarmResponse>(
                  [this](wire::AlarmRequest request) { return alarm(request); }));
  clients.add("/v3/maintenance/defragment", kService, "Defragment",
              unary<wire::EmptyRequest, wire::HeaderResponse>(
                  [this](wire::EmptyRequest request) { return defragment(request); }));
  clients.add("/v3/maintenance/hash", kService, "Hash",
              unary<wire::EmptyRequest, wire::HashResponse>(
                  [this](wire::EmptyRequest request) { return hash(request); }));
  clients.add("/v3/maintenance/hashkv", kService, "HashKV",
              unary<wire::HashKvRequest, wire::HashKvResponse>(
                  [this](wire::HashKvRequest request) { return hash_kv(request); }));
  routes.add<wire::MoveLeaderRequest, wire::HeaderResponse>(
      "/v3/maintenance/transfer-leadership", kService, "MoveLeader",
      [this](wire::MoveLeaderRequest request) { return move_leader(request); });
}

base::Awaitable<base::Result<wire::StatusResponse>> MaintenanceService::status(wire::EmptyRequest) {
  const replication::ReplicatorStatus now = core_.parts.replicator.status();
  const mvcc::StoreSize size = core_.parts.store.size();
  wire::StatusResponse response;
  response.header = core_.header();
  response.version = kEtcdVersion;
  response.db_size = static_cast<std::int64_t>(size.total);
  response.db_size_in_use = static_cast<std::int64_t>(size.in_use);
  response.leader = now.leader.value;
  response.raft_index = now.committed.value;
  response.raft_term = now.term.value;
  response.raft_applied_index = now.applied.value;
  response.is_learner = now.learner;
  if (now.leader.value == 0) response.errors.emplace_back("etcdserver: no leader");
  for (const wire::AlarmMember& alarm : core_.parts.store.alarms())
    response.errors.push_back(text_of(alarm));
  co_return response;
}

base::Awaitable<base::Result<wire::AlarmResponse>> MaintenanceService::alarm(wire::AlarmRequest request) {
  if (request.action != wire::AlarmAction::get) {
    mvcc::Command command = request;
    co_return co_await core_.propose<wire::AlarmResponse>(std::move(command));
  }
  wire::AlarmResponse response;
  response.header = core_.header();
  for (const wire::AlarmMember& alarm : core_.parts.store.alarms()) {
    const bool wanted = (request.member_id == 0 || request.member_id == alarm.member_id) &&
                        (request.alarm == wire::AlarmType::none || request.alarm == alarm.alarm);
    if (wanted) response.alarms.push_back(alarm);
  }
  co_return response;
}

base::Awaitable<base::Result<wire::HeaderResponse>> MaintenanceService::defragment(wire::EmptyRequest) {
  const replication::DatabasePtr database = core_.parts.replicator.database();
  base::Result<void> compacted;
  std::function<void()> work = [&] {
    compacted = compact_all(*database, core_.parts.store.column_families());
  };
  co_await base::run_blocking(core_.parts.pool, std::move(work));
  if (!compacted) co_return compacted.error();
  co_return wire::HeaderResponse{core_.header()};
}

base::Awaitable<base::Result<mvcc::HashKv>> MaintenanceService::compute_hash(mvcc::Revision revision) {
  base::Result<mvcc::HashKv> hash = base::Error();
  std::function<void()> work = [&] { hash = core_.parts.store.hash_kv(revision); };
  co_await base::run_blocking(core_.parts.pool, std::move(work));
  co_return hash;
}

base::Awaitable<base::Result<wire::HashResponse>> MaintenanceService::hash(wire::EmptyRequest) {
  const auto hash = co_await compute_hash(0);
  if (!hash) co_return hash.error();
  wire::HashResponse response{core_.header(), hash->hash};
  response.header.revision = hash->hash_revision;
  co_return response;
}

base::Awaitable<base::Result<wire::HashKvResponse>> MaintenanceService::hash_kv(wire::HashKvRequest request) {
  const auto hash = co_await compute_hash(request.revision);
  if (!hash) co_return hash.error();
  co_return wire::HashKvResponse{core_.header(), hash->hash, hash->compact_revision, hash->hash_revision};
}

base::Awaitable<base::Result<wire::HeaderResponse>> MaintenanceService::move_leader(
    wire::MoveLeaderRequest request) {
  replication::Replicator& replicator = core_.parts.replicator;
  if (!core_.leads()) co_return storage::errors::no_leader();
  const raft::NodeId target(request.target_id);
  const base::Result<void> begun = co_await replicator.transfer_leadership(target);
  if (!begun) co_return base::Error(base::Errc::conflict, "etcdserver: bad leader transferee");
  constexpr std::chrono::seconds kPatience(5);
  const auto end = base::Clock::real().steady_now() + kPatience;
  while (replicator.standing().leader != target) {
    if (base::Clock::real().steady_now() > end)
      co_return base::Error(base::Errc::unknown_outcome,
                            "etcdserver: request timed out, leader transfer took too long");
    const bool slept = co_await base::sleep_for(std::chrono::milliseconds(10));
    if (!slept) co_return base::Error(base::Errc::cancelled, "cancelled");
  }
  co_return wire::HeaderResponse{core_.header()};
}

}  // namespace raft_store::gateway
