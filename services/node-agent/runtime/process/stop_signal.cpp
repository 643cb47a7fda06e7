#include "node-agent/runtime/process/stop_signal.hpp"
#include <charconv>
#include <csignal>
#include <cstring>
#include <string>

namespace node_agent::runtime {

namespace {

std::optional<int> number_of(std::string_view text) {
  int n = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), n);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return n;
}

}  // namespace

std::optional<int> signal_number(std::string_view name) {
  if (name.empty()) return SIGTERM;
  std::optional<int> out = number_of(name);
  if (out) return *out > 0 && *out <= SIGRTMAX ? out : std::nullopt;
  if (name.starts_with("SIG")) name.remove_prefix(3);
  for (const auto& [prefix, base] :
       {std::pair<std::string_view, int>{"RTMIN", SIGRTMIN}, {"RTMAX", SIGRTMAX}}) {
    if (!name.starts_with(prefix)) continue;
    auto rest = name.substr(prefix.size());
    if (rest.starts_with('+')) rest.remove_prefix(1);
    const int number = base + (rest.empty() ? 0 : number_of(rest).value_or(SIGRTMAX + 1));
    return number >= SIGRTMIN && number <= SIGRTMAX ? std::optional(number) : std::nullopt;
  }
  for (int number = 1; number < SIGRTMIN; ++number)
    if (const char* known = ::sigabbrev_np(number); known && name == known) return number;
  return std::nullopt;
}

}  // namespace node_agent::runtime
