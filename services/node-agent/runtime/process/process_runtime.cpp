#include "node-agent/runtime/process/process_runtime.hpp"
#include <algorithm>
#include "base/log.hpp"
#include "node-agent/runtime/process/in_pool.hpp"
#include "node-agent/runtime/process/netns.hpp"
#include "node-agent/runtime/process/shim_process.hpp"

namespace node_agent::runtime {

/// What `start` finds out, in the pool.
struct ProcessRuntime::Loaded {
  base::Result<void> result;
  std::string shim, boot_id, limits_trouble;
  shim::Isolation isolation = shim::Isolation::none;
  std::vector<StoredSandbox> sandboxes;
  std::vector<StoredContainer> containers;
};

namespace {

/// Empty: limits can be set here.
std::string try_limits(const std::string& parent) {
  const shim::Cgroup probe(shim::usable_cgroups(parent, "probe"));
  if (probe.empty()) return "control groups cannot be written";
  shim::CgroupLimits limits;
  limits.memory_bytes = 1 << 30;
  limits.cpu_shares = 1024;
  std::string trouble = probe.create(limits);
  probe.remove();
  return trouble;
}

base::Result<void> check_netns(shim::Isolation isolation, const std::string& cidr) {
  if (isolation != shim::Isolation::full)
    return base::Error(base::Errc::permission_denied, "network namespaces for pods need root");
  if (auto range = parse_range(cidr); !range) return range.error();
  return allow_forwarding();
}

AddressRange range_of(const ProcessRuntimeOptions& options) {
  if (options.network != ProcessRuntimeOptions::Network::netns) return loopback_range();
  const auto range = parse_range(options.pod_cidr);
  return range ? *range : AddressRange();
}

template <class List>
void newest_first(List& list) {
  std::stable_sort(list.begin(), list.end(),
                   [](const auto& a, const auto& b) { return a.created_at > b.created_at; });
}

}  // namespace

ProcessRuntime::ProcessRuntime(base::Executor strand, base::Executor pool, ProcessRuntimeOptions options)
    : strand_(strand),
      pool_(std::move(pool)),
      options_(std::move(options)),
      store_(options_.root_dir),
      netns_(options_.network == ProcessRuntimeOptions::Network::netns),
      addresses_(range_of(options_)),
      tasks_(strand, "process-runtime") {}

ProcessRuntime::~ProcessRuntime() = default;

std::string ProcessRuntime::version() const {
  return COX_VERSION;
}

ProcessRuntime::Loaded ProcessRuntime::load() {
  Loaded out;
  out.result = store_.open();
  if (!out.result) return out;
  auto shim = find_shim(options_.shim);
  if (!shim) {
    out.result = shim.error();
    return out;
  }
  out.shim = *shim;
  out.isolation = shim::isolation_from(options_.isolation);
  if (options_.isolation == "auto") {
    const auto probed = probe_isolation(out.shim, store_.root());
    if (probed) out.isolation = *probed;
    if (!probed) out.result = probed.error();
  }
  if (netns_ && out.result) out.result = check_netns(out.isolation, options_.pod_cidr);
  out.limits_trouble = try_limits(options_.cgroup_parent);
  out.boot_id = shim::boot_id();
  out.sandboxes = store_.load_sandboxes();
  out.containers = store_.load_containers();
  for (const auto& s : out.sandboxes)
    if (s.sandbox.ready && !s.sandbox.ips.empty())
      addresses_.keep(s.sandbox.ips.front(), store_.sandbox_directory(s.sandbox.id));
  return out;
}

base::Awaitable<base::Result<void>> ProcessRuntime::start(OnChange on_change) {
  std::function<Loaded()> work = [this] { return load(); };
  auto loaded = co_await in_pool(pool_, std::move(work));
  auto result = loaded.result;
  trouble_ = result ? "" : result.error().message;
  if (!result) co_return result;
  base::log::info("the process runtime is up", {{"isolation", shim::to_string(loaded.isolation)},
                                                {"sandboxes", loaded.sandboxes.size()},
                                                {"containers", loaded.containers.size()}});
  warn_of_limits(loaded.limits_trouble);
  on_change_ = std::move(on_change);
  take_up(std::move(loaded));
  co_return result;
}

void ProcessRuntime::take_up(Loaded loaded) {
  shim_ = loaded.shim;
  isolation_ = loaded.isolation;
  for (auto& s : loaded.sandboxes) {
    auto sandbox = std::make_shared<Sandbox>(Sandbox{std::move(s.sandbox), s.hold});
    sandboxes_[sandbox->info.id] = sandbox;
    if (sandbox->info.ready) watch_sandbox(sandbox);
  }
  for (auto& c : loaded.containers)
    take_up_container(std::move(c), loaded.boot_id);
}

base::Awaitable<void> ProcessRuntime::stop() {
  on_change_ = nullptr;
  tasks_.cancel();
  co_await tasks_.join();
}

ProcessRuntime::SandboxPtr ProcessRuntime::find_sandbox(const std::string& id) const {
  const auto found = sandboxes_.find(id);
  return found == sandboxes_.end() ? nullptr : found->second;
}

ProcessRuntime::EntryPtr ProcessRuntime::find_container(const std::string& id) const {
  const auto found = containers_.find(id);
  return found == containers_.end() ? nullptr : found->second;
}

base::Result<ProcessRuntime::EntryPtr> ProcessRuntime::running(const std::string& id) const {
  auto entry = find_container(id);
  if (!entry) return base::Error(base::Errc::not_found, "container \"" + id + "\" not found");
  if (entry->info.state != Container::State::running)
    return base::Error(base::Errc::unavailable, "container \"" + id + "\" is not running");
  return entry;
}

const std::string& ProcessRuntime::pod_of(const Entry& entry) const {
  static const std::string nobody;
  const auto sandbox = find_sandbox(entry.info.sandbox_id);
  return sandbox ? sandbox->info.config.uid : nobody;
}

std::vector<ProcessRuntime::EntryPtr> ProcessRuntime::containers_of(const std::string& sandbox_id) const {
  std::vector<EntryPtr> out;
  for (const auto& [id, entry] : containers_)
    if (entry->info.sandbox_id == sandbox_id) out.push_back(entry);
  return out;
}

void ProcessRuntime::changed(const std::string& pod_uid) {
  if (on_change_) on_change_(pod_uid);
}

base::Awaitable<base::Result<std::vector<PodSandbox>>> ProcessRuntime::list_pod_sandboxes(
    std::string pod_uid) {
  std::vector<PodSandbox> out;
  for (const auto& [id, sandbox] : sandboxes_)
    if (pod_uid.empty() || sandbox->info.config.uid == pod_uid) out.push_back(sandbox->info);
  newest_first(out);
  co_return out;
}

base::Awaitable<base::Result<std::vector<Container>>> ProcessRuntime::list_containers(std::string pod_uid) {
  std::vector<Container> out;
  for (const auto& [id, entry] : containers_)
    if (pod_uid.empty() || pod_of(*entry) == pod_uid) out.push_back(entry->info);
  newest_first(out);
  co_return out;
}

void ProcessRuntime::warn_of_limits(const std::string& trouble) {
  if (trouble.empty() || limits_warned_) return;
  limits_warned_ = true;
  base::log::warning("limits of containers are not enforced", {{"reason", trouble}});
}

}  // namespace node_agent::runtime
