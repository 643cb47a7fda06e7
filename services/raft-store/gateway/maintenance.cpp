#include "raft-store/gateway/maintenance.hpp"
#include <regex>
#include "base/clock.hpp"
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

std::vector<double> hash_buckets() {
  std::vector<double> bounds;
  for (double bound = 0.01; bounds.size() < 15; bound *= 2)
    bounds.push_back(bound);
  return bounds;
}

/// MAJOR.MINOR, with or without a patch: what etcd takes for a version to go to.
bool is_version(const std::string& text) {
  static const std::regex form(R"(\d+\.\d+(\.\d+)?)");
  return std::regex_match(text, form);
}

}  // namespace

MaintenanceService::MaintenanceService(Core& core, base::metrics::Registry& registry)
    : core_(core),
      defragmenter_(core.parts.replicator, core.parts.store.column_families(), core.parts.pool, registry),
      hash_seconds_(
          registry.histogram("etcd_mvcc_hash_duration_seconds", "Checksums of all.", hash_buckets())),
      hash_kv_seconds_(registry.histogram("etcd_mvcc_hash_rev_duration_seconds", "Checksums at a revision.",
                                          hash_buckets())) {}

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
  const auto hash_kv_here = unary<wire::HashKvRequest, wire::HashKvResponse>(
      [this](wire::HashKvRequest request) { return hash_kv(request); });
  clients.add("/v3/maintenance/hashkv", kService, "HashKV", hash_kv_here);
  routes.peers.add("/v3/maintenance/hashkv", kService, "HashKV", hash_kv_here);
  clients.add("/v3/maintenance/downgrade", kService, "Downgrade",
              unary<wire::DowngradeRequest, wire::DowngradeResponse>(
                  [this](wire::DowngradeRequest request) { return downgrade(std::move(request)); }));
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
    // Whatever member is asked about: etcd looks at the type alone.
    if (request.alarm == wire::AlarmType::none || request.alarm == alarm.alarm)
      response.alarms.push_back(alarm);
  }
  co_return response;
}

base::Awaitable<base::Result<wire::HeaderResponse>> MaintenanceService::defragment(wire::EmptyRequest) {
  const base::Result<void> done = co_await defragmenter_.run();
  if (!done) co_return done.error();
  co_return wire::HeaderResponse{core_.header()};
}

base::Awaitable<base::Result<mvcc::HashKv>> MaintenanceService::compute_hash(
    mvcc::Revision revision, base::metrics::Histogram& seconds) {
  const auto begun = base::Clock::real().steady_now();
  base::Result<mvcc::HashKv> hash = base::Error();
  std::function<void()> work = [&] { hash = core_.parts.store.hash_kv(revision); };
  co_await base::run_blocking(core_.parts.pool, std::move(work));
  const std::chrono::duration<double> took = base::Clock::real().steady_now() - begun;
  seconds.observe(took.count());
  co_return hash;
}

base::Awaitable<base::Result<wire::HashResponse>> MaintenanceService::hash(wire::EmptyRequest) {
  const auto hash = co_await compute_hash(0, hash_seconds_);
  if (!hash) co_return hash.error();
  wire::HashResponse response{core_.header(), hash->hash};
  response.header.revision = hash->hash_revision;
  co_return response;
}

base::Awaitable<base::Result<wire::HashKvResponse>> MaintenanceService::hash_kv(wire::HashKvRequest request) {
  const auto hash = co_await compute_hash(request.revision, hash_kv_seconds_);
  if (!hash) co_return hash.error();
  co_return wire::HashKvResponse{core_.header(), hash->hash, hash->compact_revision, hash->hash_revision};
}

base::Awaitable<base::Result<wire::DowngradeResponse>> MaintenanceService::downgrade(
    wire::DowngradeRequest request) {
  using base::Errc;
  if (request.action == wire::DowngradeAction::cancel)
    co_return base::Error(Errc::conflict, "etcdserver: no inflight downgrade job");
  if (!is_version(request.version))
    co_return base::Error(Errc::invalid_argument, "etcdserver: wrong downgrade target version format");
  co_return base::Error(Errc::invalid_argument, "etcdserver: invalid downgrade target version");
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
