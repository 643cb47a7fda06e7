#include "controllers/service.hpp"
#include <unistd.h>
#include <array>
#include "base/log.hpp"
#include "base/random.hpp"
#include "client/leader_election.hpp"
#include "controllers/identity/service_account_client.hpp"
#include "controllers/manager.hpp"

namespace controllers {
namespace {

using std::chrono::milliseconds;

/// What outlives a change of leadership. Used on one strand.
struct Daemon {
  base::Runtime& runtime;
  const Options options;
  base::Executor strand;
  client::Config anonymous;
  std::shared_ptr<client::RestClient> root;
  std::unique_ptr<Manager> manager;
  base::Event ended;  ///< The leader's work or the wait for it is over.
  bool failed = false;
};

std::string identity() {
  std::array<char, 256> host{};
  if (::gethostname(host.data(), host.size() - 1) != 0) return base::random_uuid();
  return std::string(host.data()) + "_" + base::random_uuid();
}

Manager::ClientFor clients(const std::shared_ptr<Daemon>& d) {
  if (!d->options.use_service_account_credentials)
    return [root = d->root](const std::string&) { return root; };
  return [strand = d->strand, root = d->root, config = d->anonymous](const std::string& account) {
    const identity::Connect connect = [strand, config](std::string token) {
      auto with_token = config;
      with_token.bearer_token = std::move(token);
      return client::RestClient::create(strand, std::move(with_token));
    };
    return identity::as_service_account(strand, root, account, connect, base::Clock::real());
  };
}

/// Work as the leader; returns only when cancelled. The manager is stopped by whoever cancels.
base::Awaitable<void> lead(std::shared_ptr<Daemon> d) {
  const bool started = co_await d->manager->start();
  if (!started) co_return;
  base::Event never(d->strand);
  co_await never.wait();
}

base::Awaitable<void> elect(std::shared_ptr<Daemon> d) {
  if (!d->options.leader_elect) {
    co_await lead(d);
    co_return;
  }
  client::LeaderElectionOptions election;
  election.lease_namespace = d->options.leader_elect_namespace;
  election.lease_name = d->options.leader_elect_name;
  election.identity = identity();
  election.lease_duration = std::chrono::duration_cast<milliseconds>(d->options.lease_duration);
  election.renew_deadline = std::chrono::duration_cast<milliseconds>(d->options.renew_deadline);
  election.retry_period = std::chrono::duration_cast<milliseconds>(d->options.retry_period);
  const std::function<base::Awaitable<void>()> work = [d] { return lead(d); };
  const auto outcome = co_await client::run_leader_elected(d->root, std::move(election), work);
  if (!outcome && !outcome.error().is(base::Errc::cancelled)) {
    base::log::error("leader election ended", {{"error", outcome.error()}});
    d->failed = true;
  }
  d->ended.set();
}

/// Until a stop is asked for or leadership ends; then stops in order: loops, then lease.
base::Awaitable<void> supervise(std::shared_ptr<Daemon> d) {
  base::TaskGroup election(d->strand, "leadership"), stop_watch(d->strand, "stop");
  election.spawn("election", [d] { return elect(d); });
  stop_watch.spawn("wait for stop", [d]() -> base::Awaitable<void> {
    co_await d->runtime.stop_requested();
    d->ended.set();
  });
  co_await d->ended.wait();
  co_await d->manager->stop();
  election.cancel();
  stop_watch.cancel();
  co_await election.join();
  co_await stop_watch.join();
}

base::Result<std::shared_ptr<Daemon>> prepare(base::Runtime& runtime, Options options) {
  if (auto valid = validate(options); !valid) return valid.error();
  if (auto loaded = load_files(options); !loaded) return loaded.error();
  auto chosen = chosen_controllers(options.controllers);
  if (!chosen) return chosen.error();
  auto config = client::load_kubeconfig(options.kubeconfig);
  if (!config) return config.error();
  auto anonymous = client::load_kubeconfig_anonymous(options.kubeconfig);
  if (!anonymous) return anonymous.error();
  config->user_agent = anonymous->user_agent = "kube-controller-manager";
  const auto strand = runtime.make_strand();
  auto root = client::RestClient::create(strand, std::move(*config));
  std::shared_ptr<Daemon> d(
      new Daemon{runtime, options, strand, *anonymous, std::move(root), nullptr, base::Event(strand)});
  d->manager = std::make_unique<Manager>(strand, d->root, clients(d), d->options, std::move(*chosen),
                                         runtime.metrics());
  return d;
}

int fail(const base::Error& error) {
  base::log::error("cannot start", {{"error", error}});
  return 1;
}

}  // namespace

base::Awaitable<int> run_service(base::Runtime& runtime, const Options& options) {
  auto daemon = prepare(runtime, options);
  if (!daemon) co_return fail(daemon.error());
  ::frame::Health health;
  std::unique_ptr<http::Server> server;
  if (options.serving.secure_port != 0) {
    auto server_options = options.serving.options("controllers");
    if (!server_options) co_return fail(server_options.error());
    auto listening = ::frame::listen_ops(runtime, std::move(*server_options), health);
    if (!listening) co_return fail(listening.error());
    server = std::move(*listening);
  }
  const auto d = *daemon;
  base::TaskGroup tasks(d->strand, "controllers");
  tasks.spawn("supervisor", [d] { return supervise(d); });
  co_await tasks.join();
  if (server) co_await server->stop(milliseconds(1000));
  co_return d->failed ? 1 : 0;
}

}  // namespace controllers
