#include <algorithm>
#include <fstream>
#include <iterator>
#include "base/log.hpp"
#include "node-agent/host/container_config.hpp"
#include "node-agent/host/host_impl.hpp"
#include "node-agent/host/log_paths.hpp"
#include "node-agent/status/pod_status.hpp"

/// How a RuntimeHost makes sandboxes and containers.
namespace node_agent::host {

namespace core = api::core::v1;
using base::Error;
using base::Result;
using pods::HostFailure;

namespace {

std::string read_all(const std::string& path) {
  std::ifstream in(path);
  return in ? std::string(std::istreambuf_iterator<char>(in), {}) : std::string();
}

bool mounts_at(const core::Container& c, const std::string& path) {
  return std::any_of(c.volume_mounts.begin(), c.volume_mounts.end(),
                     [&](const auto& m) { return m.mount_path == path; });
}

/// The control group of a QoS class. Guaranteed pods are directly below the root.
std::string cgroup_parent(const std::string& root, const core::PodSpec& spec) {
  if (root.empty()) return {};
  const auto qos = status::qos_class(spec);
  return qos == "Burstable" ? root + "/burstable" : qos == "BestEffort" ? root + "/besteffort" : root;
}

runtime::PodSandboxConfig sandbox_config(const core::Pod& pod, int attempt, const PodNames& names,
                                         DnsConfig dns, const HostOptions& options) {
  runtime::PodSandboxConfig c;
  c.ns = pod.metadata.namespace_;
  c.name = pod.metadata.name;
  c.uid = pod.metadata.uid;
  c.attempt = attempt;
  c.hostname = names.hostname;
  if (!options.root.empty()) c.log_directory = pod_log_directory(options.root, c.ns, c.name, c.uid);
  c.dns_servers = std::move(dns.servers);
  c.dns_searches = std::move(dns.searches);
  c.dns_options = std::move(dns.options);
  c.labels = pod.metadata.labels;
  c.labels["io.kubernetes.pod.name"] = c.name;
  c.labels["io.kubernetes.pod.namespace"] = c.ns;
  c.labels["io.kubernetes.pod.uid"] = c.uid;
  c.annotations = pod.metadata.annotations;
  c.host_network = pod.spec.host_network.value_or(false);
  c.host_pid = pod.spec.host_pid.value_or(false);
  c.host_ipc = pod.spec.host_ipc.value_or(false);
  c.share_process_namespace = pod.spec.share_process_namespace.value_or(false);
  c.cgroup_parent = cgroup_parent(options.cgroup_root, pod.spec);
  return c;
}

pods::PodHost::Started failed(const char* reason, const Error& error, std::string id = {}) {
  pods::PodHost::Started out;
  out.id = std::move(id);
  out.failure = {reason, error.message};
  return out;
}

}  // namespace

environment::PodFacts RuntimeHost::Impl::facts_of(const core::Pod& pod,
                                                  const status::SandboxView& sandbox) const {
  environment::PodFacts facts;
  facts.pod_ips = pod.spec.host_network.value_or(false) ? options.host_ips : sandbox.ips;
  facts.host_ips = options.host_ips;
  facts.node_allocatable = allocatable;
  return facts;
}

base::Awaitable<DnsConfig> RuntimeHost::Impl::dns_of(PodPtr pod) {
  if (misses_cluster_dns(*pod, options.cluster_dns))
    context.events(*pod, "", "Warning", "MissingClusterDNS",
                   "pod: \"" + pod->metadata.name + "_" + pod->metadata.namespace_ + "(" + pod->metadata.uid +
                       ")\". kubelet does not have ClusterDNS IP configured and cannot create Pod using \"" +
                       (pod->spec.dns_policy.empty() ? "ClusterFirst" : pod->spec.dns_policy) +
                       "\" policy. Falling back to \"Default\" policy.");
  std::function<std::string()> read = [path = options.resolv_conf] { return read_all(path); };
  const auto text = co_await blocking(std::move(read));
  co_return pod_dns(*pod, options.cluster_dns, options.cluster_domain, parse_resolv_conf(text));
}

base::Awaitable<HostFailure> RuntimeHost::create_sandbox(PodPtr pod, int attempt) {
  DnsConfig dns;
  if (impl_->files) dns = co_await impl_->dns_of(pod);
  const auto names = pod_names(*pod, impl_->options.cluster_domain, impl_->machine_name);
  auto config = sandbox_config(*pod, attempt, names, std::move(dns), impl_->options);
  const auto made = co_await impl_->context.runtime.run_pod_sandbox(std::move(config));
  if (!made)
    co_return HostFailure{"FailedCreatePodSandBox", "Failed to create pod sandbox: " + made.error().message};
  co_return HostFailure();
}

/// /etc/hosts and the file for the last words, unless the container brings its own.
base::Awaitable<Result<void>> RuntimeHost::Impl::add_files(PodPtr pod, core::Container c,
                                                           environment::PodFacts facts,
                                                           runtime::ContainerConfig& config) {
  const auto uid = pod->metadata.uid;
  const bool message = !c.termination_message_path.empty() && !mounts_at(c, c.termination_message_path);
  std::function<Result<void>()> write = [&] {
    const auto names = pod_names(*pod, options.cluster_domain, machine_name);
    auto done = files->write_hosts(uid, hosts_file(*pod, facts.pod_ips, names, read_all(options.hosts_file)));
    if (done && message) done = files->make_message(uid, c.name, config.attempt);
    return done;
  };
  const auto written = co_await blocking(std::move(write));
  if (!written) co_return written;
  const auto add = [&](const std::string& at, const std::string& path) {
    runtime::Mount m;
    m.container_path = at;
    m.host_path = path;
    m.optional = true;
    config.mounts.push_back(std::move(m));
  };
  if (!mounts_at(c, "/etc/hosts")) add("/etc/hosts", files->hosts_path(uid));
  if (message) add(c.termination_message_path, files->message_path(uid, c.name, config.attempt));
  co_return Result<void>();
}

base::Awaitable<Result<runtime::ContainerConfig>> RuntimeHost::Impl::configure(PodPtr pod, core::Container c,
                                                                               status::SandboxView sandbox,
                                                                               int restart_count) {
  const auto user = run_as(*pod, c, options.image_user);
  if (!user) co_return user.error();
  const auto facts = facts_of(*pod, sandbox);
  auto variables = co_await environment::variables_of(pod, c, facts, context.objects, context.services);
  if (!variables) co_return variables.error();
  auto mounts = co_await context.volumes.mounts(pod, c, *variables);
  if (!mounts) co_return mounts.error();
  auto config = container_config(*pod, c, restart_count, *variables);
  config.mounts = std::move(*mounts);
  config.resources = container_resources(*pod, c, options.memory_capacity_bytes);
  config.run_as_user = user->user;
  config.run_as_group = user->group;
  if (!files) co_return config;
  auto added = co_await add_files(pod, c, facts, config);
  if (!added) co_return added.error();
  co_return config;
}

base::Awaitable<RuntimeHost::Started> RuntimeHost::start_container(PodPtr pod, core::Container container,
                                                                   status::SandboxView sandbox,
                                                                   int restart_count) {
  auto& runtime = impl_->context.runtime;
  auto image = co_await impl_->images.ensure(pod, container);
  if (!image.reason.empty()) {
    Started out;
    out.error = image.reason;
    out.failure = std::move(image);
    co_return out;
  }
  auto config = co_await impl_->configure(pod, container, sandbox, restart_count);
  if (!config) co_return failed("CreateContainerConfigError", config.error());
  const auto created = co_await runtime.create_container(sandbox.id, std::move(*config));
  if (!created) co_return failed("CreateContainerError", created.error());
  const auto id = impl_->api_id(*created);
  const auto started = co_await runtime.start_container(*created);
  if (!started) co_return failed("RunContainerError", started.error(), id);
  Started out;
  out.id = id;
  co_return out;
}

}  // namespace node_agent::host
