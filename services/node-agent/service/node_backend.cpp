#include "node-agent/service/node_backend.hpp"
#include "base/assert.hpp"
#include "node-agent/service/resource_metrics.hpp"
#include "node-agent/service/strand_stream.hpp"

namespace node_agent {

using base::Awaitable;
using base::Result;

NodeBackend::NodeBackend(base::Executor strand, base::Executor blocking_pool,
                         server::RequestAuthorizer authorizer, std::vector<Node*> nodes,
                         AgentMetrics& metrics)
    : strand_(std::move(strand)),
      pool_(std::move(blocking_pool)),
      authorizer_(std::move(authorizer)),
      nodes_(std::move(nodes)),
      metrics_(metrics) {
  COX_ASSERT(!nodes_.empty(), "a node-agent has a node");
}

Awaitable<Node*> NodeBackend::node_of(std::string ns, std::string pod) {
  if (nodes_.size() == 1) co_return nodes_.front();
  for (auto* node : nodes_) {
    std::function<Awaitable<bool>()> ask = [node, ns, pod]() -> Awaitable<bool> {
      co_return node->pods().has(ns, pod);
    };
    const bool found = co_await on_strand<bool>(node->strand(), std::move(ask));
    if (found) co_return node;
  }
  co_return nodes_.front();
}

Awaitable<Result<server::Backend::LogSource>> NodeBackend::log_source(std::string ns, std::string pod,
                                                                      std::string container, bool previous) {
  auto* node = co_await node_of(ns, pod);
  std::function<Awaitable<Result<LogSource>>()> ask = [=] {
    return node->pods().log_source(ns, pod, container, previous);
  };
  co_return co_await on_strand<Result<LogSource>>(node->strand(), std::move(ask));
}

Awaitable<bool> NodeBackend::is_running(std::string pod_uid, std::string container_id) {
  for (auto* node : nodes_) {
    std::function<Awaitable<bool>()> ask = [=] { return node->pods().is_running(pod_uid, container_id); };
    const bool runs = co_await on_strand<bool>(node->strand(), std::move(ask));
    if (runs) co_return true;
  }
  co_return false;
}

Awaitable<NodeBackend::Stream> NodeBackend::open(std::string ns, std::string pod, Open how) {
  auto* node = co_await node_of(std::move(ns), std::move(pod));
  std::function<Awaitable<Stream>()> work = [node, how = std::move(how)] { return how(node->pods()); };
  auto stream = co_await on_strand<Stream>(node->strand(), std::move(work));
  if (!stream) co_return stream.error();
  co_return from_elsewhere(node->strand(), std::move(*stream));
}

Awaitable<NodeBackend::Stream> NodeBackend::exec(server::ExecRequest request) {
  std::string ns = request.ns, pod = request.pod;
  Open how = [request = std::move(request)](PodAccess& pods) { return pods.exec(request); };
  return open(std::move(ns), std::move(pod), std::move(how));
}

Awaitable<NodeBackend::Stream> NodeBackend::attach(server::ExecRequest request) {
  std::string ns = request.ns, pod = request.pod;
  Open how = [request = std::move(request)](PodAccess& pods) { return pods.attach(request); };
  return open(std::move(ns), std::move(pod), std::move(how));
}

Awaitable<NodeBackend::Stream> NodeBackend::port_forward(std::string ns, std::string pod,
                                                         std::uint16_t port) {
  Open how = [ns, pod, port](PodAccess& pods) { return pods.port_forward(ns, pod, port); };
  return open(std::move(ns), std::move(pod), std::move(how));
}

Awaitable<std::string> NodeBackend::pods() {
  using Documents = std::vector<std::string>;
  std::string out = R"({"kind":"PodList","apiVersion":"v1","metadata":{},"items":[)";
  bool first = true;
  for (auto* node : nodes_) {
    std::function<Awaitable<Documents>()> ask = [node]() -> Awaitable<Documents> {
      co_return node->pods().documents();
    };
    const auto documents = co_await on_strand<Documents>(node->strand(), std::move(ask));
    for (const auto& d : documents) {
      if (!std::exchange(first, false)) out += ",";
      out += d;
    }
  }
  co_return out + "]}";
}

Awaitable<void> NodeBackend::collect_metrics() {
  RunningCounts sum;
  for (auto* node : nodes_) {
    std::function<Awaitable<RunningCounts>()> ask = [node]() -> Awaitable<RunningCounts> {
      co_return node->pods().count();
    };
    sum += co_await on_strand<RunningCounts>(node->strand(), std::move(ask));
  }
  metrics_.counted(sum);
}

Awaitable<std::string> NodeBackend::resource_metrics() {
  using Usage = Result<std::vector<ContainerUsage>>;
  std::vector<ContainerUsage> containers;
  bool complete = true;
  for (auto* node : nodes_) {
    std::function<Awaitable<Usage>()> ask = [node] { return node->pods().usage(); };
    auto usage = co_await on_strand<Usage>(node->strand(), std::move(ask));
    complete &= usage.has_value();
    if (usage) containers.insert(containers.end(), usage->begin(), usage->end());
  }
  MachineUsage machine;
  std::function<void()> read = [&machine] { machine = read_machine_usage(base::Clock::real().now()); };
  co_await base::run_blocking(pool_, std::move(read));
  co_return resource_metrics_text(machine, std::move(containers), complete);
}

Awaitable<Result<void>> NodeBackend::authorize(http::PeerCertificate peer, std::string method,
                                               std::string path) {
  std::function<Awaitable<Result<void>>()> ask = [this, peer = std::move(peer), method = std::move(method),
                                                  path = std::move(path)] {
    return authorizer_.check(peer, method, path);
  };
  return on_strand<Result<void>>(strand_, std::move(ask));
}

}  // namespace node_agent
