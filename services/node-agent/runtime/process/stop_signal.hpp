#pragma once
#include <optional>
#include <string_view>

namespace node_agent::runtime {

/// "SIGTERM", "TERM", "15", "SIGRTMIN+3", "" (SIGTERM). None: there is no such signal.
std::optional<int> signal_number(std::string_view name);

}  // namespace node_agent::runtime
