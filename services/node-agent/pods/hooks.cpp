#include "node-agent/pods/hooks.hpp"
#include <algorithm>
#include "node-agent/probes/network_probe.hpp"

namespace node_agent::pods {

namespace core = api::core::v1;
using base::Errc;
using base::Error;
using base::Result;

namespace {

base::Awaitable<Result<void>> run_exec(PodHost& host, std::vector<std::string> command,
                                       std::string container_id, std::chrono::seconds timeout) {
  const std::string shown = command.empty() ? "" : command.front();
  auto ran = co_await host.exec(std::move(container_id), std::move(command), timeout);
  if (!ran) co_return ran.error();
  if (ran->exit_code != 0)
    co_return Error(Errc::internal, "command '" + shown + "' exited with " + std::to_string(ran->exit_code) +
                                        ": " + ran->output);
  co_return Result<void>();
}

}  // namespace

base::Awaitable<Result<void>> run_hook(base::Executor ex, PodHost& host, core::LifecycleHandler handler,
                                       core::Container container, std::string container_id,
                                       std::string pod_ip, std::chrono::seconds timeout) {
  if (handler.exec)
    co_return co_await run_exec(host, std::move(handler.exec->command), std::move(container_id), timeout);
  if (handler.sleep) {
    co_await base::sleep_for(std::min(std::chrono::seconds(handler.sleep->seconds), timeout));
    co_return Result<void>();
  }
  if (handler.http_get) {
    auto target = probes::http_target(*handler.http_get, container, pod_ip);
    if (!target) co_return target.error();
    auto done = co_await probes::http_probe(ex, std::move(*target), timeout);
    const bool answered =
        done.outcome == probes::Outcome::success || done.message.starts_with("HTTP probe failed");
    if (!answered) co_return Error(Errc::unavailable, done.message);
    co_return Result<void>();
  }
  co_return Error(Errc::invalid_argument, "invalid handler: only exec, httpGet and sleep are run");
}

}  // namespace node_agent::pods
