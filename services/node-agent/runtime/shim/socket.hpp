#pragma once
#include <string>

namespace node_agent::shim {

/// The socket of the shim that works in `directory`, however long its path is. Neither blocks; -1 with errno.
int listen_in(const std::string& directory);
int connect_in(const std::string& directory);

}  // namespace node_agent::shim
