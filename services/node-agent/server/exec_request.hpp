#pragma once
#include <string>
#include <vector>
#include "node-agent/runtime/process_stream.hpp"

namespace node_agent::server {

using runtime::ProcessStream;

struct ExecRequest {
  std::string ns, pod, container;  ///< `container` may be empty: the pod's first.
  std::vector<std::string> command;
  bool stdin_ = false, stdout_ = false, stderr_ = false, tty = false;
};

}  // namespace node_agent::server
