#include "node-agent/service/daemon.hpp"
#include <unistd.h>
#include <filesystem>
#include "base/log.hpp"
#include "client/kubeconfig.hpp"
#include "frame/frame.hpp"
#include "node-agent/service/node_backend.hpp"
#include "node-agent/service/runtimes.hpp"

namespace node_agent {

namespace {

using base::Awaitable;
using base::Errc;
using base::Error;
using base::Result;

constexpr std::chrono::minutes reload_interval{1};
/// Upstream's: a node whose loop stood still for so long is not well.
constexpr std::chrono::minutes standstill_max{2};
constexpr std::chrono::milliseconds server_drain{1'000};
/// Between the starts of nodes of one process, so that their heartbeats do not come all at once.
constexpr std::chrono::milliseconds stagger{3};

Result<void> make_root(const std::string& path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (!error) return {};
  return Error(Errc::invalid_argument, "--root-dir: cannot make " + path + ": " + error.message());
}

Result<http::ServerOptions> serving(const AgentOptions& o) {
  frame::ServingFlags flags;
  flags.bind_address = o.address;
  flags.secure_port = o.port;
  flags.tls_cert_file = o.tls_cert_file;
  flags.tls_private_key_file = o.tls_private_key_file;
  flags.client_ca_file = o.client_ca_file;
  return flags.options("node-agent");
}

NodeConfig config_of(const AgentOptions& o, node::NodeSettings settings) {
  NodeConfig c;
  c.reporter.status_update_frequency = o.node_status_update_frequency;
  c.reporter.status_report_frequency = o.node_status_report_frequency;
  c.reporter.root_dir = o.root_dir;
  if (o.runtime != "hollow") c.host.root = o.root_dir;
  c.host.host_ips = {settings.ip};
  c.host.cluster_dns = o.cluster_dns;
  c.host.cluster_domain = o.cluster_domain;
  c.host.memory_capacity_bytes = node::read_machine().memory_bytes;
  if (o.runtime == "process") c.host.image_user = geteuid();
  c.settings = std::move(settings);
  return c;
}

/// The process: its nodes, the server they share, and what watches over them.
class Agent {
 public:
  explicit Agent(base::Runtime& runtime)
      : runtime_(runtime), metrics_(runtime.metrics()), tasks_(runtime.make_strand(), "node-agent") {}

  Result<void> prepare(const AgentOptions& options);
  Result<void> serve(const AgentOptions& options);
  void start();
  Awaitable<void> stop();

 private:
  Result<void> add_node(const AgentOptions& options, const std::string& name, const client::Config& config);
  void add_checks();
  Awaitable<void> start_nodes();
  Awaitable<void> reload_certificates();

  base::Runtime& runtime_;
  AgentMetrics metrics_;
  frame::Health health_;
  std::shared_ptr<client::RestClient> rest_;  ///< The first node's: for the authorizer.
  std::vector<std::unique_ptr<Node>> nodes_;
  std::unique_ptr<NodeBackend> backend_;
  std::unique_ptr<server::NodeServer> node_server_;
  std::shared_ptr<http::TlsContext> tls_;
  std::unique_ptr<http::Server> server_;
  base::TaskGroup tasks_;
};

Result<void> Agent::add_node(const AgentOptions& options, const std::string& name,
                             const client::Config& config) {
  const auto strand = runtime_.make_strand();
  auto runtime = make_runtime(options, name, strand, runtime_.blocking_pool());
  if (!runtime) return runtime.error();
  auto settings = node_settings(options, name, (*runtime)->name() + "://" + (*runtime)->version());
  if (!settings) return settings.error();
  auto rest = client::RestClient::create(runtime_.executor(), config);
  if (!rest_) rest_ = rest;
  NodeContext context{strand, runtime_.blocking_pool(), rest, base::Clock::real(), metrics_};
  auto node = std::make_unique<Node>(std::move(context), config_of(options, std::move(*settings)),
                                     std::move(*runtime));
  nodes_.push_back(std::move(node));
  return {};
}

Result<void> Agent::prepare(const AgentOptions& options) {
  if (auto valid = validate(options); !valid) return valid;
  if (auto made = make_root(options.root_dir); !made) return made;
  auto config = client::load_kubeconfig(options.kubeconfig);
  if (!config) return config.error();
  config->user_agent = "kubelet";
  // Of hundreds of nodes whose pods all start at once. A connection costs the API server more than a request.
  config->requests_max = 8;
  for (const auto& name : node_names(options))
    if (auto added = add_node(options, name, *config); !added) return added;
  add_checks();
  return {};
}

void Agent::add_checks() {
  using Kind = frame::Health::Kind;
  health_.add("ping", Kind::both, [] { return Result<void>(); });
  health_.add("syncloop", Kind::both, [this]() -> Result<void> {
    const auto now = base::Clock::real().steady_now();
    for (const auto& node : nodes_)
      if (now - node->last_alive() > standstill_max)
        return Error(Errc::unavailable, "sync Loop took longer than expected");
    return {};
  });
  health_.add("pods-synced", Kind::ready, [this]() -> Result<void> {
    for (const auto& node : nodes_)
      if (!node->synced())
        return Error(Errc::unavailable, "the pods of " + node->name() + " are not read yet");
    return {};
  });
}

Result<void> Agent::serve(const AgentOptions& options) {
  auto server_options = serving(options);
  if (!server_options) return server_options.error();
  tls_ = server_options->tls;
  std::vector<Node*> nodes;
  for (const auto& node : nodes_)
    nodes.push_back(node.get());
  server::RequestAuthorizer authorizer(rest_, base::Clock::real(), nodes_.front()->name());
  backend_ = std::make_unique<NodeBackend>(runtime_.make_strand(), runtime_.blocking_pool(),
                                           std::move(authorizer), std::move(nodes), metrics_);
  node_server_ =
      std::make_unique<server::NodeServer>(*backend_, runtime_.blocking_pool(), health_, runtime_.metrics());
  auto server =
      http::Server::listen(runtime_.executor(), std::move(*server_options),
                           [this](http::Exchange& exchange) { return node_server_->handle(exchange); });
  if (!server) return server.error();
  server_ = std::move(*server);
  return {};
}

Awaitable<void> Agent::start_nodes() {
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    nodes_[i]->start();
    if (i + 1 == nodes_.size()) co_return;
    const bool slept = co_await base::sleep_for(stagger);
    if (!slept) co_return;
  }
}

void Agent::start() {
  tasks_.spawn("start", [this] { return start_nodes(); });
  tasks_.spawn("certificates", [this] { return reload_certificates(); });
}

Awaitable<void> Agent::reload_certificates() {
  for (;;) {
    const bool slept = co_await base::sleep_for(reload_interval);
    if (!slept) co_return;
    Result<bool> reloaded = false;
    std::function<void()> work = [&] { reloaded = tls_->reload_if_changed(); };
    co_await base::run_blocking(runtime_.blocking_pool(), std::move(work));
    if (!reloaded)
      base::log::warning("the changed serving certificate cannot be used", {{"error", reloaded.error()}});
    else if (*reloaded)
      base::log::info("serving certificate read again", {});
  }
}

Awaitable<void> Agent::stop() {
  if (server_) co_await server_->stop(server_drain);
  tasks_.cancel();
  co_await tasks_.join();
  base::TaskGroup ending(runtime_.make_strand(), "node-agent stop");
  for (const auto& node : nodes_)
    ending.spawn_on(node->strand(), "stop " + node->name(), [n = node.get()] { return n->stop(); });
  co_await ending.join();
}

}  // namespace

Awaitable<int> run_daemon(base::Runtime& runtime, const AgentOptions& options) {
  Agent agent(runtime);
  auto ready = agent.prepare(options);
  if (ready) ready = agent.serve(options);
  if (!ready) {
    base::log::error("cannot start", {{"error", ready.error()}});
    co_await agent.stop();
    co_return 1;
  }
  agent.start();
  co_await runtime.stop_requested();
  co_await agent.stop();
  co_return 0;
}

}  // namespace node_agent
