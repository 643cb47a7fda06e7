#include "node-agent/service/runtimes.hpp"
#include <functional>
#include "node-agent/runtime/hollow/hollow_runtime.hpp"
#include "node-agent/runtime/process/process_runtime.hpp"

namespace node_agent {

namespace {

/// Which range of addresses a hollow node takes. Nodes of one process are numbered, so theirs differ; of
/// different processes they differ most likely, and nobody connects to them.
unsigned range_number(const std::string& name) {
  const auto dash = name.rfind('-');
  const std::string base = name.substr(0, dash),
                    number = dash == std::string::npos ? "" : name.substr(dash + 1);
  unsigned offset = 0;
  for (const char c : number)
    offset = c >= '0' && c <= '9' ? offset * 10 + static_cast<unsigned>(c - '0') : offset;
  return static_cast<unsigned>(std::hash<std::string>()(base) + offset) & 0xffff;
}

runtime::ProcessRuntimeOptions process_options(const AgentOptions& o, const LogLimits& limits) {
  using Network = runtime::ProcessRuntimeOptions::Network;
  runtime::ProcessRuntimeOptions p;
  p.root_dir = o.root_dir + "/runtime";
  p.network = o.process_network == "netns"      ? Network::netns
              : o.process_network == "loopback" ? Network::loopback
                                                : Network::automatic;
  if (!o.pod_cidr.empty()) p.pod_cidr = o.pod_cidr;
  p.log_bytes_max = limits.bytes_max;
  p.log_files_max = limits.files_max;
  return p;
}

}  // namespace

base::Result<std::shared_ptr<runtime::Runtime>> make_runtime(const AgentOptions& o, const std::string& name,
                                                             base::Executor strand,
                                                             base::Executor blocking_pool) {
  using Made = std::shared_ptr<runtime::Runtime>;
  if (o.runtime == "hollow") {
    const auto range = runtime::hollow::pod_cidr_of(range_number(name));
    return Made(std::make_shared<runtime::hollow::HollowRuntime>(base::Clock::real(), range));
  }
  auto limits = log_limits(o);
  if (!limits) return limits.error();
  return Made(std::make_shared<runtime::ProcessRuntime>(std::move(strand), std::move(blocking_pool),
                                                        process_options(o, *limits)));
}

}  // namespace node_agent
