// ProcessRuntime: containers from creation to removal.
#include <signal.h>
#include <unistd.h>
#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include "base/encoding.hpp"
#include "base/log.hpp"
#include "base/random.hpp"
#include "node-agent/runtime/process/in_pool.hpp"
#include "node-agent/runtime/process/process_runtime.hpp"
#include "node-agent/runtime/process/shim_connection.hpp"
#include "node-agent/runtime/process/shim_process.hpp"
#include "node-agent/runtime/process/stop_signal.hpp"
#include "node-agent/runtime/shim/supervisor.hpp"

namespace node_agent::runtime {

namespace {

/// After SIGKILL: a process in an uninterruptible call may take its time, and then it is said so.
constexpr std::chrono::seconds kill_time_max{10};

struct StartAnswer {
  base::Result<shim::Records> said = base::Error(base::Errc::internal, "");
  std::optional<shim::ContainerState> state;
  std::vector<std::string> cgroups;
};

/// In the pool.
StartAnswer start_in(const std::string& shim, StateStore& store, const std::string& id,
                     const shim::ContainerSpec& spec) {
  StartAnswer out;
  out.cgroups = spec.cgroups;
  const auto directory = store.container_directory(id);
  std::error_code error;
  if (!spec.log_path.empty())
    std::filesystem::create_directories(std::filesystem::path(spec.log_path).parent_path(), error);
  if (error) {
    out.said = base::Error(base::Errc::internal, spec.log_path + ": " + error.message());
  } else if (!shim::write_file(directory + "/spec", spec.encode().encode())) {
    out.said = base::Error(base::Errc::internal, directory + "/spec: " + std::strerror(errno));
  } else {
    out.said = start_shim(shim, "run", directory);
  }
  // One that does not say how it went must not go on unseen.
  if (const auto holder = out.said ? 0 : shim::lock_holder(directory); holder > 0)
    ::kill(static_cast<pid_t>(holder), SIGKILL);
  out.state = store.read_state(id);
  return out;
}

void add_mount(std::vector<shim::MountSpec>& mounts, const std::string& target, const std::string& source) {
  const auto same = [&](const auto& m) { return m.target == target; };
  if (std::none_of(mounts.begin(), mounts.end(), same) && ::access(source.c_str(), F_OK) == 0)
    mounts.push_back({target, source, false, true});
}

}  // namespace

base::Awaitable<base::Result<std::string>> ProcessRuntime::create_container(std::string sandbox_id,
                                                                            ContainerConfig config) {
  if (!trouble_.empty()) co_return base::Error(base::Errc::unavailable, trouble_);
  const auto sandbox = find_sandbox(sandbox_id);
  if (!sandbox) co_return base::Error(base::Errc::not_found, "sandbox \"" + sandbox_id + "\" not found");
  if (!sandbox->info.ready)
    co_return base::Error(base::Errc::unavailable, "sandbox \"" + sandbox_id + "\" is not ready");
  if (config.command.empty() && config.args.empty())
    co_return base::Error(base::Errc::invalid_argument,
                          "no command specified: the process runtime has no images, and \"" + config.image +
                              "\" is only a name; give the container a command of this machine");
  if (!signal_number(config.stop_signal))
    co_return base::Error(base::Errc::invalid_argument, "invalid stop signal \"" + config.stop_signal + "\"");
  Container info;
  info.id = base::hex_encode(base::random_bytes(32));
  info.sandbox_id = sandbox_id;
  info.state = Container::State::created;
  info.created_at = base::Clock::real().now();
  info.image_ref = config.image;
  if (!config.log_path.empty())
    info.log_path = (std::filesystem::path(sandbox->info.config.log_directory) / config.log_path).string();
  info.config = std::move(config);
  auto entry = std::make_shared<Entry>(strand_, std::move(info));
  std::function<base::Result<void>()> work = [this, entry] { return store_.add(entry->info); };
  auto added = co_await in_pool(pool_, std::move(work));
  if (!added) co_return added.error();
  containers_[entry->info.id] = entry;
  co_return entry->info.id;
}

shim::ContainerSpec ProcessRuntime::make_spec(const Entry& entry, const Sandbox& sandbox) const {
  const auto& config = entry.info.config;
  const auto& pod = sandbox.info.config;
  shim::ContainerSpec out;
  out.id = entry.info.id;
  out.isolation = isolation_;
  out.pause_pid = sandbox.hold.pause_pid;
  out.host_pid = pod.host_pid;
  out.host_ipc = pod.host_ipc;
  out.host_network = pod.host_network || !netns_;
  out.share_pid = pod.share_process_namespace;
  out.hostname = pod.hostname;
  out.command = config.command;
  out.command.insert(out.command.end(), config.args.begin(), config.args.end());
  for (const auto& [name, value] : config.envs)
    out.env.push_back(name + "=" + value);
  out.working_dir = config.working_dir;
  for (const auto& m : config.mounts)
    out.mounts.push_back({m.container_path, m.host_path, m.readonly, m.optional});
  const auto files = store_.sandbox_directory(sandbox.info.id);
  add_mount(out.mounts, "/etc/resolv.conf", files + "/resolv.conf");
  if (::access("/etc/hostname", F_OK) == 0) add_mount(out.mounts, "/etc/hostname", files + "/hostname");
  out.uid = config.run_as_user;
  out.gid = config.run_as_group;
  out.stdin_ = config.stdin_;
  out.stdin_once = config.stdin_once;
  out.tty = config.tty;
  out.log_path = entry.info.log_path;
  out.log_bytes_max = options_.log_bytes_max;
  out.log_files_max = options_.log_files_max;
  std::string parent = pod.cgroup_parent;
  parent.erase(0, parent.find_first_not_of('/'));
  out.cgroups = shim::usable_cgroups(parent.empty() ? options_.cgroup_parent : parent, entry.info.id);
  const auto& r = config.resources;
  out.limits = {r.memory_limit_bytes, r.cpu_shares, r.cpu_quota_us, r.cpu_period_us};
  out.oom_score_adj = r.oom_score_adj;
  return out;
}

base::Awaitable<base::Result<void>> ProcessRuntime::start_container(std::string id) {
  const auto entry = find_container(id);
  if (!entry) co_return base::Error(base::Errc::not_found, "container \"" + id + "\" not found");
  const auto sandbox = find_sandbox(entry->info.sandbox_id);
  if (!sandbox || !sandbox->info.ready)
    co_return base::Error(base::Errc::unavailable, "sandbox \"" + entry->info.sandbox_id + "\" is not ready");
  if (entry->info.state != Container::State::created || entry->starting)
    co_return base::Error(base::Errc::internal, "container \"" + id + "\" has been started before");
  entry->starting = true;
  std::function<StartAnswer()> work = [this, entry, sandbox, id] {
    const auto spec = make_spec(*entry, *sandbox);
    return start_in(shim_, store_, id, spec);
  };
  auto answer = co_await in_pool(pool_, std::move(work));
  entry->starting = false;
  entry->cgroups = std::move(answer.cgroups);
  shim::ContainerState state = answer.state.value_or(shim::ContainerState{});
  if (!answer.said) {
    state.exit_code = 128;
    state.reason = "StartError";
    state.message = answer.said.error().message;
  } else if (answer.said->get("reason").empty()) {
    note_started(*entry, state);
    warn_of_limits(state.trouble);
    watch_container(entry);
    if (sandbox->info.ready) co_return base::Result<void>();
    auto killed = co_await kill_container(entry);
    base::ignore_error(std::move(killed));  // Whoever stopped the sandbox asks again.
    co_return base::Error(base::Errc::unavailable, "the sandbox was stopped while its container was started");
  }
  // A shim that could be started has recorded this itself.
  state.exited = true;
  if (state.finished_ns == 0) state.finished_ns = shim::now_ns();
  std::function<bool()> record = [this, id, state] {
    store_.write_state(id, state);
    return true;
  };
  co_await in_pool(pool_, std::move(record));
  settle(entry, state);
  const bool wrong_command = state.reason == "ContainerCannotRun";
  co_return base::Error(wrong_command ? base::Errc::invalid_argument : base::Errc::internal, state.message);
}

base::Awaitable<base::Result<void>> ProcessRuntime::stop_container(std::string id,
                                                                   std::chrono::seconds timeout) {
  const auto entry = find_container(id);
  if (!entry) co_return base::Error(base::Errc::not_found, "container \"" + id + "\" not found");
  if (entry->info.state == Container::State::running && timeout.count() > 0) {
    const shim::Signal signal{signal_number(entry->info.config.stop_signal).value_or(SIGTERM), false};
    auto sent = co_await send_signal(strand_, store_.container_directory(id), signal);
    if (sent) co_await entry->ended.wait_for(timeout);
  }
  co_return co_await kill_container(entry);
}

base::Awaitable<base::Result<void>> ProcessRuntime::kill_container(EntryPtr entry) {
  const auto& id = entry->info.id;
  if (entry->info.state != Container::State::running) co_return base::Result<void>();
  const shim::Signal all{0, true};
  auto sent = co_await send_signal(strand_, store_.container_directory(id), all);
  base::ignore_error(std::move(sent));  // It may have ended just now, or the shim has, which is noticed too.
  const bool ended = co_await entry->ended.wait_for(kill_time_max);
  if (ended) co_return base::Result<void>();
  // A shim that does not do its work takes its container with it.
  if (entry->shim_pid > 0) ::kill(static_cast<pid_t>(entry->shim_pid), SIGKILL);
  const bool gone = co_await entry->ended.wait_for(kill_time_max);
  if (gone) co_return base::Result<void>();
  co_return base::Error(base::Errc::internal, "container \"" + id + "\" does not end, even by SIGKILL");
}

base::Awaitable<base::Result<void>> ProcessRuntime::remove_container(std::string id) {
  const auto entry = find_container(id);
  if (!entry) co_return base::Result<void>();
  if (entry->starting)
    co_return base::Error(base::Errc::unavailable, "container \"" + id + "\" is being started");
  auto killed = co_await kill_container(entry);
  if (!killed) co_return killed;
  containers_.erase(id);
  std::function<bool()> work = [this, id] {
    store_.remove_container(id);
    return true;
  };
  co_await in_pool(pool_, std::move(work));
  co_return base::Result<void>();
}

}  // namespace node_agent::runtime
