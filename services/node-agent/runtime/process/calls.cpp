// ProcessRuntime: exec, attach, port-forward, images, stats.
#include "node-agent/runtime/process/image_reference.hpp"
#include "node-agent/runtime/process/in_pool.hpp"
#include "node-agent/runtime/process/port_stream.hpp"
#include "node-agent/runtime/process/process_runtime.hpp"
#include "node-agent/runtime/process/process_usage.hpp"
#include "node-agent/runtime/process/shim_connection.hpp"

namespace node_agent::runtime {

namespace {

using Connection = std::shared_ptr<ShimConnection>;

void append(std::string& to, const std::string& data) {
  to.append(data, 0, output_bytes_max - std::min(output_bytes_max, to.size()));
}

/// Everything until the command has ended.
base::Awaitable<base::Result<ExecResult>> collect(Connection connection) {
  ExecResult out;
  for (;;) {
    auto frame = co_await connection->read();
    if (!frame) co_return frame.error();
    if (frame->kind == shim::FrameKind::out) append(out.out, frame->payload);
    if (frame->kind == shim::FrameKind::err) append(out.err, frame->payload);
    if (frame->kind != shim::FrameKind::exit) continue;
    out.exit_code = std::atoi(frame->payload.c_str());
    co_return out;
  }
}

shim::ExecCall to_call(const Runtime::ExecOptions& options) {
  return {options.command, options.stdin_, options.stdout_, options.stderr_ && !options.tty, options.tty};
}

}  // namespace

base::Awaitable<base::Result<ExecResult>> ProcessRuntime::exec_sync(std::string id,
                                                                    std::vector<std::string> command,
                                                                    std::chrono::seconds timeout) {
  auto entry = running(id);
  if (!entry) co_return entry.error();
  const std::string name = command.empty() ? "" : command.front();
  shim::ExecCall call{std::move(command), false, true, true, false};
  const auto began = base::Clock::real().steady_now();
  auto connection =
      co_await begin_call(strand_, store_.container_directory(id), shim::FrameKind::exec, std::move(call));
  if (!connection) co_return connection.error();
  if (timeout.count() > 0) {
    const auto left = timeout - (base::Clock::real().steady_now() - began);
    const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(left);
    (*connection)->expire_after(std::max(ms, std::chrono::milliseconds(1)));
  }
  auto result = co_await collect(*connection);
  if (!result && result.error().is(base::Errc::deadline_exceeded))
    co_return base::Error(base::Errc::deadline_exceeded, "command \"" + name + "\" timed out");
  co_return result;
}

base::Awaitable<base::Result<std::shared_ptr<ProcessStream>>> ProcessRuntime::exec(std::string id,
                                                                                   ExecOptions options) {
  auto entry = running(id);
  if (!entry) co_return entry.error();
  auto call = to_call(options);
  auto connection =
      co_await begin_call(strand_, store_.container_directory(id), shim::FrameKind::exec, std::move(call));
  if (!connection) co_return connection.error();
  co_return make_stream(std::move(*connection));
}

base::Awaitable<base::Result<std::shared_ptr<ProcessStream>>> ProcessRuntime::attach(std::string id,
                                                                                     ExecOptions options) {
  auto entry = running(id);
  if (!entry) co_return entry.error();
  auto call = to_call(options);
  auto connection =
      co_await begin_call(strand_, store_.container_directory(id), shim::FrameKind::attach, std::move(call));
  if (!connection) co_return connection.error();
  co_return make_stream(std::move(*connection));
}

base::Awaitable<base::Result<std::shared_ptr<ProcessStream>>> ProcessRuntime::port_forward(
    std::string sandbox_id, std::uint16_t port) {
  const auto sandbox = find_sandbox(sandbox_id);
  if (!sandbox) co_return base::Error(base::Errc::not_found, "sandbox \"" + sandbox_id + "\" not found");
  if (!sandbox->info.ready)
    co_return base::Error(base::Errc::unavailable, "sandbox \"" + sandbox_id + "\" is not ready");
  const std::string address = sandbox->info.ips.empty() ? "127.0.0.1" : sandbox->info.ips.front();
  const auto netns_pid = netns_ && !sandbox->info.config.host_network ? sandbox->hold.pause_pid : 0;
  co_return co_await connect_to_port(strand_, pool_, address, netns_pid, port);
}

base::Awaitable<base::Result<std::string>> ProcessRuntime::pull_image(std::string image) {
  if (!is_image_reference(image))
    co_return base::Error(base::Errc::invalid_argument,
                          "couldn't parse image name \"" + image + "\": invalid reference format");
  co_return image;
}

base::Awaitable<base::Result<std::string>> ProcessRuntime::image_status(std::string image) {
  return pull_image(std::move(image));
}

base::Awaitable<base::Result<std::vector<ContainerStats>>> ProcessRuntime::list_container_stats() {
  struct Subject {
    std::string id;
    std::int64_t shim_pid = 0;
    std::vector<std::string> cgroups;
  };
  std::vector<Subject> subjects;
  for (const auto& [id, entry] : containers_)
    if (entry->info.state == Container::State::running)
      subjects.push_back({id, entry->shim_pid, entry->cgroups});
  std::function<std::vector<ContainerStats>()> work = [subjects] {
    std::vector<ContainerStats> out;
    std::vector<std::int64_t> without;
    for (const auto& s : subjects) {
      const auto usage = shim::Cgroup(s.cgroups).usage();
      if (!usage) without.push_back(s.shim_pid);
      if (usage)
        out.push_back({s.id, usage->cpu_ns, usage->memory_working_set_bytes, base::Clock::real().now()});
    }
    if (without.empty()) return out;
    const auto usages = usage_of_descendants(without);
    for (const auto& s : subjects) {
      const auto usage = usages.find(s.shim_pid);
      if (usage != usages.end())
        out.push_back(
            {s.id, usage->second.cpu_ns, usage->second.memory_working_set_bytes, base::Clock::real().now()});
    }
    return out;
  };
  co_return co_await in_pool(pool_, std::move(work));
}

}  // namespace node_agent::runtime
