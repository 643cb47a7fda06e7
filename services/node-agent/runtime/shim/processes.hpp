#pragma once
#include <string>

namespace node_agent::shim {

/// SIGKILL to every process whose parent is the caller. True if there was one. With PR_SET_CHILD_SUBREAPER,
/// killing and reaping until there is none ends all descendants.
bool kill_children();
/// SIGKILL to every process that carries this container's id in its environment (see marker_variable), until
/// none is found. For what outlived its supervisor without a pid namespace or control group.
void kill_marked(const std::string& container_id);

}  // namespace node_agent::shim
