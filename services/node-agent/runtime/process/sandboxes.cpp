// ProcessRuntime: sandboxes.
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include "base/encoding.hpp"
#include "base/log.hpp"
#include "base/random.hpp"
#include "node-agent/runtime/process/in_pool.hpp"
#include "node-agent/runtime/process/netns.hpp"
#include "node-agent/runtime/process/process_runtime.hpp"
#include "node-agent/runtime/process/shim_process.hpp"
#include "node-agent/runtime/shim/supervisor.hpp"

namespace node_agent::runtime {

namespace {

std::string resolv_conf(const PodSandboxConfig& config) {
  std::string out;
  const auto list = [&out](const std::string& key, const std::vector<std::string>& values) {
    if (values.empty()) return;
    out += key;
    for (const auto& v : values)
      out += " " + v;
    out += "\n";
  };
  list("search", config.dns_searches);
  for (const auto& server : config.dns_servers)
    out += "nameserver " + server + "\n";
  list("options", config.dns_options);
  return out;
}

/// Starts the process that holds the sandbox's namespaces.
base::Result<SandboxHold> start_pause(const std::string& shim, const std::string& directory,
                                      const PodSandboxConfig& config, bool own_network) {
  shim::PauseSpec spec;
  spec.hostname = config.hostname;
  spec.ipc = !config.host_ipc;
  spec.uts = !config.host_network;
  spec.net = own_network;
  spec.pid = config.share_process_namespace && !config.host_pid;
  if (!shim::write_file(directory + "/spec", spec.encode().encode()))
    return base::Error(base::Errc::internal, directory + "/spec: " + std::strerror(errno));
  auto said = start_shim(shim, "pause", directory);
  if (!said) return said.error();
  if (const auto message = said->get("message"); !message.empty())
    return base::Error(base::Errc::internal, message);
  return SandboxHold{said->get("boot_id"), said->number("pid"), said->number("start_ticks")};
}

base::Result<void> write_text(const std::string& path, const std::string& text) {
  if (shim::write_file(path, text, 0644)) return {};
  return base::Error(base::Errc::internal, path + ": " + std::strerror(errno));
}

base::Result<void> write_files(const std::string& directory, const PodSandboxConfig& config) {
  std::error_code error;
  if (!config.log_directory.empty()) std::filesystem::create_directories(config.log_directory, error);
  if (error) return base::Error(base::Errc::internal, config.log_directory + ": " + error.message());
  auto written = write_text(directory + "/hostname", config.hostname + "\n");
  if (const auto text = resolv_conf(config); written && !text.empty())
    written = write_text(directory + "/resolv.conf", text);
  return written;
}

}  // namespace

base::Awaitable<base::Result<std::string>> ProcessRuntime::run_pod_sandbox(PodSandboxConfig config) {
  if (!trouble_.empty()) co_return base::Error(base::Errc::unavailable, trouble_);
  auto sandbox = std::make_shared<Sandbox>();
  sandbox->info.id = base::hex_encode(base::random_bytes(32));
  sandbox->info.config = std::move(config);
  sandbox->info.created_at = base::Clock::real().now();
  std::function<base::Result<SandboxHold>()> work = [this, sandbox] { return make_sandbox(sandbox->info); };
  auto hold = co_await in_pool(pool_, std::move(work));
  if (!hold) co_return hold.error();
  sandbox->hold = *hold;
  sandbox->info.ready = true;
  sandboxes_[sandbox->info.id] = sandbox;
  watch_sandbox(sandbox);
  co_return sandbox->info.id;
}

base::Result<SandboxHold> ProcessRuntime::make_sandbox(PodSandbox& sandbox) {
  const auto directory = store_.sandbox_directory(sandbox.id);
  SandboxHold hold{shim::boot_id(), 0, 0};
  auto done = store_.add(sandbox);
  if (done) done = write_files(directory, sandbox.config);
  const bool own_network = netns_ && !sandbox.config.host_network;
  if (done && isolation_ == shim::Isolation::full) {
    auto started = start_pause(shim_, directory, sandbox.config, own_network);
    if (started) hold = *started;
    if (!started) done = started.error();
  }
  if (done && !sandbox.config.host_network) done = connect_sandbox(sandbox, hold);
  if (done) done = store_.set_ready(sandbox.id, hold);
  if (done) return hold;
  unmake_sandbox(sandbox);
  store_.remove_sandbox(sandbox.id);
  return done.error();
}

base::Result<void> ProcessRuntime::connect_sandbox(PodSandbox& sandbox, const SandboxHold& hold) {
  auto address = addresses_.acquire(store_.sandbox_directory(sandbox.id));
  if (!address) return address.error();
  sandbox.ips = {*address};
  auto done = store_.add(sandbox);
  if (done && netns_) done = connect_netns(hold.pause_pid, link_name(sandbox.id), *address);
  return done;
}

void ProcessRuntime::unmake_sandbox(const PodSandbox& sandbox) {
  store_.set_not_ready(sandbox.id);
  if (const auto pause = shim::lock_holder(store_.sandbox_directory(sandbox.id)); pause > 0)
    ::kill(static_cast<pid_t>(pause), SIGKILL);
  if (netns_) disconnect_netns(link_name(sandbox.id));
  for (const auto& address : sandbox.ips)
    addresses_.release(address, store_.sandbox_directory(sandbox.id));
}

void ProcessRuntime::watch_sandbox(const SandboxPtr& sandbox) {
  if (sandbox->hold.pause_pid > 0) tasks_.spawn("sandbox", [this, sandbox] { return await_pause(sandbox); });
}

base::Awaitable<void> ProcessRuntime::await_pause(SandboxPtr sandbox) {
  const auto pid = sandbox->hold.pause_pid;
  const int fd = static_cast<int>(::syscall(SYS_pidfd_open, static_cast<pid_t>(pid), 0));
  if (fd < 0 && errno != ESRCH) co_return;  // An old kernel: seen at the next start.
  if (fd >= 0) {
    boost::asio::posix::stream_descriptor process(strand_, fd);
    if (is_alive(pid, sandbox->hold.pause_ticks)) {
      auto [error] = co_await process.async_wait(boost::asio::posix::stream_descriptor::wait_read,
                                                 boost::asio::as_tuple(boost::asio::use_awaitable));
      if (error) co_return;
    }
  }
  if (!sandbox->info.ready) co_return;
  base::log::warning("a sandbox's namespaces have gone", {{"pod", sandbox->info.config.name}});
  sandbox->info.ready = false;
  changed(sandbox->info.config.uid);
}

base::Awaitable<base::Result<void>> ProcessRuntime::stop_pod_sandbox(std::string id) {
  const auto sandbox = find_sandbox(id);
  if (!sandbox) co_return base::Error(base::Errc::not_found, "sandbox \"" + id + "\" not found");
  sandbox->info.ready = false;
  for (const auto& entry : containers_of(id)) {
    auto killed = co_await kill_container(entry);
    if (!killed) co_return killed;
  }
  std::function<bool()> work = [this, info = sandbox->info] {
    unmake_sandbox(info);
    return true;
  };
  co_await in_pool(pool_, std::move(work));
  co_return base::Result<void>();
}

base::Awaitable<base::Result<void>> ProcessRuntime::remove_pod_sandbox(std::string id) {
  if (!find_sandbox(id)) co_return base::Result<void>();
  auto stopped = co_await stop_pod_sandbox(id);
  if (!stopped) co_return stopped;
  for (const auto& entry : containers_of(id)) {
    auto removed = co_await remove_container(entry->info.id);
    if (!removed) co_return removed;
  }
  sandboxes_.erase(id);
  std::function<bool()> work = [this, id] {
    store_.remove_sandbox(id);
    return true;
  };
  co_await in_pool(pool_, std::move(work));
  co_return base::Result<void>();
}

}  // namespace node_agent::runtime
