#include "node-agent/service/pod_access.hpp"
#include <boost/json/serialize.hpp>
#include <map>
#include "node-agent/service/log_choice.hpp"

namespace node_agent {

namespace core = api::core::v1;
using base::Awaitable;
using base::Errc;
using base::Error;
using base::Result;
using State = runtime::Container::State;

namespace {

/// "process://4f1c" -> "4f1c".
std::string without_scheme(const std::string& id) {
  const auto at = id.find("://");
  return at == std::string::npos ? id : id.substr(at + 3);
}

/// The CRI's name of a state, as errors show it.
const char* cri_name(State s) {
  switch (s) {
    case State::created:
      return "CONTAINER_CREATED";
    case State::running:
      return "CONTAINER_RUNNING";
    case State::exited:
      return "CONTAINER_EXITED";
    default:
      return "CONTAINER_UNKNOWN";
  }
}

runtime::Runtime::ExecOptions options_of(server::ExecRequest r) {
  runtime::Runtime::ExecOptions o;
  o.command = std::move(r.command);
  o.stdin_ = r.stdin_;
  o.stdout_ = r.stdout_;
  o.stderr_ = r.stderr_;
  o.tty = r.tty;
  return o;
}

}  // namespace

Result<core::Pod> PodAccess::pod_now(const std::string& ns, const std::string& pod) const {
  const auto worker = pods_.find(ns, pod);
  if (!worker) return Error(Errc::not_found, "pod \"" + pod + "\" does not exist");
  core::Pod out = *worker->pod();
  out.status = worker->status();
  return out;
}

Awaitable<Result<PodAccess::LogSource>> PodAccess::log_source(std::string ns, std::string name,
                                                              std::string container, bool previous) {
  auto pod = pod_now(ns, name);
  if (!pod) co_return pod.error();
  auto chosen = container_of_log(*pod, container, previous);
  if (!chosen) co_return chosen.error();
  auto containers = co_await runtime_.list_containers(pod->metadata.uid);
  if (!containers) co_return containers.error();
  for (const auto& c : *containers) {
    if (c.id != without_scheme(*chosen)) continue;
    LogSource source;
    source.path = c.log_path;
    source.pod_uid = pod->metadata.uid;
    source.container_id = c.id;
    co_return source;
  }
  co_return Error(Errc::invalid_argument, "unable to retrieve container logs for " + *chosen);
}

Awaitable<bool> PodAccess::is_running(std::string pod_uid, std::string container_id) {
  auto containers = co_await runtime_.list_containers(pod_uid);
  if (!containers) co_return false;
  for (const auto& c : *containers)
    if (c.id == container_id) co_return c.state == State::running;
  co_return false;
}

Awaitable<Result<std::string>> PodAccess::running_container(const server::ExecRequest& request) {
  auto pod = pod_now(request.ns, request.pod);
  if (!pod) co_return pod.error();
  auto name = container_named(*pod, request.container);
  const Error unknown(Errc::internal, "container not found (\"" + request.container + "\")");
  if (!name) co_return unknown;
  auto containers = co_await runtime_.list_containers(pod->metadata.uid);
  if (!containers) co_return containers.error();
  for (const auto& c : *containers) {
    if (c.config.name != *name) continue;
    if (c.state == State::running) co_return c.id;
    co_return Error(Errc::internal, std::string("container is in ") + cri_name(c.state) + " state");
  }
  co_return unknown;
}

Awaitable<PodAccess::Stream> PodAccess::exec(server::ExecRequest request) {
  auto id = co_await running_container(request);
  if (!id) co_return id.error();
  auto options = options_of(std::move(request));
  co_return co_await runtime_.exec(std::move(*id), std::move(options));
}

Awaitable<PodAccess::Stream> PodAccess::attach(server::ExecRequest request) {
  auto id = co_await running_container(request);
  if (!id) co_return id.error();
  auto options = options_of(std::move(request));
  co_return co_await runtime_.attach(std::move(*id), std::move(options));
}

Awaitable<PodAccess::Stream> PodAccess::port_forward(std::string ns, std::string name, std::uint16_t port) {
  auto pod = pod_now(ns, name);
  if (!pod) co_return pod.error();
  auto sandboxes = co_await runtime_.list_pod_sandboxes(pod->metadata.uid);
  if (!sandboxes) co_return sandboxes.error();
  for (const auto& s : *sandboxes)
    if (s.ready) co_return co_await runtime_.port_forward(s.id, port);
  co_return Error(Errc::unavailable, "pod sandbox is not running");
}

std::vector<std::string> PodAccess::documents() const {
  std::vector<std::string> out;
  for (const auto& worker : pods_.list()) {
    core::Pod pod = *worker->pod();
    pod.status = worker->status();
    out.push_back(boost::json::serialize(api::to_json(pod)));
  }
  return out;
}

RunningCounts PodAccess::count() const {
  RunningCounts out;
  for (const auto& worker : pods_.list()) {
    const auto& view = worker->view();
    if (view.ready_sandbox()) ++out.pods;
    for (const auto& c : view.containers) {
      using View = status::ContainerView::State;
      auto& counter = c.state == View::created   ? out.created
                      : c.state == View::running ? out.running
                      : c.state == View::exited  ? out.exited
                                                 : out.unknown;
      ++counter;
    }
  }
  return out;
}

Awaitable<Result<std::vector<ContainerUsage>>> PodAccess::usage() {
  auto stats = co_await runtime_.list_container_stats();
  if (!stats) co_return stats.error();
  std::map<std::string, const runtime::ContainerStats*> by_id;
  for (const auto& s : *stats)
    by_id[s.container_id] = &s;
  std::vector<ContainerUsage> out;
  for (const auto& worker : pods_.list())
    for (const auto& c : worker->view().containers) {
      const auto it = by_id.find(without_scheme(c.id));
      if (it == by_id.end()) continue;
      ContainerUsage u;
      u.ns = worker->pod()->metadata.namespace_;
      u.pod = worker->pod()->metadata.name;
      u.container = c.name;
      u.started_at = c.started_at;
      u.cpu_usage_core_ns = it->second->cpu_usage_core_ns;
      u.memory_working_set_bytes = it->second->memory_working_set_bytes;
      u.at = it->second->at;
      out.push_back(std::move(u));
    }
  co_return out;
}

}  // namespace node_agent
