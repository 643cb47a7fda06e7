#include "raft-store/service/daemon.hpp"
#include <algorithm>
#include "base/clock.hpp"
#include "base/log.hpp"
#include "raft-store/replication/joining.hpp"

namespace raft_store {
namespace {

using namespace std::chrono_literals;

mvcc::LessorOptions lessor_options(const Options& options) {
  mvcc::LessorOptions out;
  const std::int64_t shortest = 3 * static_cast<std::int64_t>(options.election_timeout) / 2;
  out.ttl_min = std::max<std::int64_t>(1, (shortest + 999) / 1000);
  out.extend_on_promotion = std::chrono::milliseconds(options.election_timeout);
  if (!options.lease_checkpoints) out.checkpoint_interval = std::chrono::seconds(0);
  return out;
}

std::string hex(std::uint64_t id) {
  char text[17];
  std::snprintf(text, sizeof text, "%llx", static_cast<unsigned long long>(id));
  return text;
}

}  // namespace

Daemon::Daemon(base::Runtime& runtime, const Options& options, const Plan& plan)
    : runtime_(runtime),
      election_timeout_(options.election_timeout),
      strand_(runtime.make_strand()),
      hub_(store_, runtime.blocking_pool()),
      lessor_(base::Clock::real(), lessor_options(options)),
      sweeper_(store_, strand_, runtime.blocking_pool()),
      quota_(plan.upkeep.quota),
      check_at_start_(plan.upkeep.corruption.at_start),
      tasks_(strand_, "raft-store") {
  store_.add_listener(hub_);
  store_.add_listener(lessor_);
  store_.add_listener(sweeper_);
}

base::Result<std::unique_ptr<Daemon>> Daemon::open(base::Runtime& runtime, const Options& options,
                                                   Plan plan) {
  std::unique_ptr<Daemon> daemon(new Daemon(runtime, options, plan));
  gateway::GatewayOptions gateway_options;
  gateway_options.request_bytes_max = static_cast<std::size_t>(options.max_request_bytes);
  gateway_options.watch.progress_interval = options.watch_progress_notify_interval;
  gateway_options.peer_tls = plan.replicator.peer_tls;
  daemon->certificates_.push_back(plan.replicator.peer_tls);
  const std::filesystem::path data_dir = plan.replicator.data_dir;
  if (plan.backups)
    daemon->backups_ = std::make_unique<backup::Backups>(runtime, daemon->store_, std::move(*plan.backups));
  replication::StateMachine& machine = daemon->backups_
                                           ? daemon->backups_->machine()
                                           : static_cast<replication::StateMachine&>(daemon->store_);
  auto replicator = replication::Replicator::open(runtime, std::move(plan.replicator), machine);
  if (!replicator) return replicator.error();
  daemon->replicator_ = std::move(*replicator);
  daemon->keeper_ = std::make_unique<LeaseKeeper>(daemon->strand_, *daemon->replicator_, daemon->lessor_);
  daemon->make_upkeep(plan.upkeep, data_dir);
  const gateway::Parts parts{*daemon->replicator_, daemon->store_,          daemon->hub_,   daemon->lessor_,
                             daemon->sweeper_,     runtime.blocking_pool(), &daemon->quota_};
  daemon->gateway_ = std::make_unique<gateway::Gateway>(runtime, parts, std::move(gateway_options));
  gateway::Gateway* gateway = daemon->gateway_.get();
  daemon->client_handler_ = guarded(std::move(plan.client_names), "clients", runtime.metrics(),
                                    [gateway](http::Exchange& exchange) { return gateway->serve(exchange); });
  daemon->peer_handler_ =
      guarded(std::move(plan.peer_names), "peers", runtime.metrics(),
              [gateway](http::Exchange& exchange) { return gateway->serve_peer(exchange); });
  daemon->client_urls_ = std::move(plan.client_servers);
  daemon->peer_urls_ = std::move(plan.peer_servers);
  return daemon;
}

void Daemon::make_upkeep(const upkeep::Plan& plan, const std::filesystem::path& data_dir) {
  const base::Executor pool = runtime_.blocking_pool();
  space_ = std::make_unique<upkeep::SpaceKeeper>(*replicator_, store_, quota_, data_dir, pool);
  checker_ = std::make_unique<upkeep::CorruptionChecker>(*replicator_, store_, runtime_.executor(), pool,
                                                         plan.corruption);
  if (!plan.compaction.off())
    compactor_ = std::make_unique<upkeep::Compactor>(plan.compaction, *replicator_, store_);
}

base::Awaitable<base::Result<void>> Daemon::check_data() {
  if (!check_at_start_) co_return base::Result<void>();
  co_return co_await checker_->check_at_start();
}

base::Result<void> Daemon::listen() {
  for (http::ServerOptions& options : peer_urls_) {
    auto server = http::Server::listen(runtime_.executor(), options, peer_handler_);
    if (!server) return std::move(server.error()).prepend("--listen-peer-urls");
    certificates_.push_back(options.tls);
    peer_servers_.push_back(std::move(*server));
  }
  for (http::ServerOptions& options : client_urls_) {
    auto server = http::Server::listen(runtime_.executor(), options, client_handler_);
    if (!server) return std::move(server.error()).prepend("--listen-client-urls");
    certificates_.push_back(options.tls);
    client_servers_.push_back(std::move(*server));
  }
  return {};
}

base::Awaitable<void> Daemon::stop_servers(std::vector<std::unique_ptr<http::Server>>& servers,
                                           std::chrono::milliseconds deadline) {
  for (const auto& server : servers)
    co_await server->stop(deadline);
}

base::Awaitable<base::Result<void>> Daemon::start() {
  const base::Result<void> listening = listen();
  if (!listening) {
    co_await stop_servers(client_servers_, 0ms);
    co_await stop_servers(peer_servers_, 0ms);
    co_return listening;
  }
  const replication::ReplicatorStatus status = replicator_->status();
  base::log::info("raft-store starts", {{"member", hex(status.id.value)},
                                        {"cluster", hex(status.cluster_id)},
                                        {"revision", store_.revision()},
                                        {"applied", status.applied.value}});
  replicator_->start();
  if (backups_) backups_->start(*replicator_);
  tasks_.spawn("leases", [this] { return keeper_->run(); });
  tasks_.spawn("sweeper", [this] { return sweeper_.run(); });
  tasks_.spawn("space", [this] { return space_->run(); });
  tasks_.spawn("corruption check", [this] { return checker_->run_regularly(); });
  tasks_.spawn("compaction check", [this] { return checker_->run_after_compactions(); });
  if (compactor_) tasks_.spawn("automatic compaction", [this] { return compactor_->run(); });
  tasks_.spawn("certificates", [this] { return reload_certificates(); });
  co_return listening;
}

base::Awaitable<void> Daemon::reload_certificates() {
  for (;;) {
    const bool slept = co_await base::sleep_for(1min);
    if (!slept) co_return;
    for (const auto& tls : certificates_) {
      if (!tls) continue;
      const base::Result<bool> changed = tls->reload_if_changed();
      if (!changed)
        base::log::error("a certificate cannot be read again; the old one stays",
                         {{"error", changed.error()}});
      else if (*changed)
        base::log::info("certificates read again");
    }
  }
}

base::Awaitable<bool> Daemon::hand_over_to(raft::NodeId member) {
  const base::Result<void> begun = co_await replicator_->transfer_leadership(member);
  if (!begun) co_return false;
  const auto end = base::Clock::real().steady_now() + election_timeout_;
  while (base::Clock::real().steady_now() < end) {
    if (replicator_->standing().leader == member) co_return true;
    co_await base::sleep_for(10ms);
  }
  co_return false;
}

base::Awaitable<void> Daemon::hand_over() {
  const replication::ReplicatorStatus status = replicator_->status();
  if (status.leader != status.id) co_return;
  // Those that are down do not take it; a bounded time for all of them.
  const auto end = base::Clock::real().steady_now() + 3s;
  for (const replication::Member& member : status.members) {
    if (member.id == status.id || member.learner || base::Clock::real().steady_now() > end) continue;
    const bool done = co_await hand_over_to(member.id);
    if (!done) continue;
    base::log::info("leadership handed over", {{"to", hex(member.id.value)}});
    co_return;
  }
}

base::Awaitable<void> Daemon::stop() {
  gateway_->drain();
  co_await hand_over();
  gateway_->end_streams();
  co_await stop_servers(client_servers_, 2s);
  tasks_.cancel();
  co_await tasks_.join();
  co_await keeper_->stop();
  co_await stop_servers(peer_servers_, 500ms);
  co_await replicator_->stop();
  if (backups_) co_await backups_->stop();
}

namespace {

using replication::Member;

bool has_data(const replication::ReplicatorOptions& plan) {
  return std::filesystem::exists(plan.data_dir / "member");
}

/// The peer URLs of this member, or of the others.
std::vector<std::string> peer_urls(const replication::ReplicatorOptions& plan, bool own) {
  std::vector<std::string> urls;
  for (const Member& member : plan.initial_cluster)
    if ((member.name == plan.name) == own)
      urls.insert(urls.end(), member.peer_urls.begin(), member.peer_urls.end());
  return urls;
}

/// A member that begins without data makes sure that it is no member already.
base::Awaitable<base::Result<void>> ask_to_begin(base::Executor executor,
                                                 const replication::ReplicatorOptions& plan) {
  if (has_data(plan)) co_return base::Result<void>();
  std::vector<Member> members = plan.initial_cluster;
  Member self;
  for (Member& member : members) {
    member.id = replication::derive_member_id(member.peer_urls, plan.initial_cluster_token);
    if (member.name == plan.name) self = member;
  }
  const std::uint64_t cluster = replication::derive_cluster_id(members);
  co_return co_await replication::ask_whether_new(executor, peer_urls(plan, false), plan.peer_tls,
                                                  std::move(self), cluster, plan.data_dir);
}

/// Finds out what the cluster that is joined says of this member.
base::Awaitable<base::Result<void>> ask_to_join(base::Executor executor,
                                                replication::ReplicatorOptions& plan) {
  const std::vector<std::string> own = peer_urls(plan, true);
  std::vector<std::string> others = peer_urls(plan, false);
  auto view = co_await replication::ask_cluster(executor, std::move(others), plan.peer_tls, own);
  if (!view) {
    // One that has joined before knows all it needs.
    if (has_data(plan)) co_return base::Result<void>();
    co_return std::move(view.error()).prepend("--initial-cluster-state=existing");
  }
  Member& self = *replication::find_by_url(view->members, own);
  self.name = plan.name;
  if (self.incarnation != 0 && !has_data(plan))
    co_return base::Error(
        base::Errc::conflict,
        "the cluster knows this member, but its data are not in " + plan.data_dir.string() +
            "; put them back, or if they are lost: " + replication::how_to_replace(self, plan.data_dir));
  plan.cluster_id = view->cluster_id;
  plan.initial_cluster = std::move(view->members);
  co_return base::Result<void>();
}

base::Awaitable<base::Result<std::unique_ptr<Daemon>>> open_daemon(base::Runtime& runtime,
                                                                   const Options& options) {
  auto plan = make_plan(options);
  if (!plan) co_return plan.error();
  base::Result<void> asked;
  if (plan->replicator.join_existing)
    asked = co_await ask_to_join(runtime.executor(), plan->replicator);
  else
    asked = co_await ask_to_begin(runtime.executor(), plan->replicator);
  if (!asked) co_return asked.error();
  auto daemon = Daemon::open(runtime, options, std::move(*plan));
  if (!daemon) co_return daemon.error();
  const base::Result<void> sound = co_await (*daemon)->check_data();
  if (!sound) co_return sound.error();
  const base::Result<void> started = co_await (*daemon)->start();
  if (!started) co_return started.error();
  co_return daemon;
}

}  // namespace

base::Awaitable<int> run_daemon(base::Runtime& runtime, const Options& options) {
  auto daemon = co_await open_daemon(runtime, options);
  if (!daemon) {
    base::log::error("cannot start", {{"error", daemon.error()}});
    co_return 1;
  }
  co_await runtime.stop_requested();
  base::log::info("raft-store stops");
  co_await (*daemon)->stop();
  co_return 0;
}

}  // namespace raft_store
