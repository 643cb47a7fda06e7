#pragma once
#include <string_view>
#include "node-agent/service/options.hpp"

namespace node_agent {

/// Takes the fields of a KubeletConfiguration (kubelet.config.k8s.io/v1beta1, YAML or JSON) over into
/// `options`. Fields that this agent honours are those of its flags; any other is an error, so that nobody
/// believes in a setting without effect. Pure. Errors: invalid_argument naming the field.
base::Result<void> apply_kubelet_configuration(std::string_view text, AgentOptions& options);

/// Reads the file that --config names on the command line, before the flags are parsed: they win over it.
/// Blocking. Errors: invalid_argument naming the file and the field.
base::Result<void> load_configuration(int argc, const char* const* argv, AgentOptions& options);

}  // namespace node_agent
