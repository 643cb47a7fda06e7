#pragma once
#include <string>
#include <string_view>
#include <vector>
#include "node-agent/runtime/runtime.hpp"

namespace node_agent::runtime {

/// `config.json` of a sandbox or container: everything that is known when it is made. What changes later has
/// its own files (see StateStore).
std::string encode(const PodSandbox& sandbox);
std::string encode(const Container& container);
/// Errors: corrupt.
base::Result<PodSandbox> decode_sandbox(std::string_view json);
base::Result<Container> decode_container(std::string_view json);

}  // namespace node_agent::runtime
