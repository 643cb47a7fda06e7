#include "node-agent/node/eviction_thresholds.hpp"
#include <algorithm>
#include <charconv>
#include <string>
#include "api/quantity.hpp"

namespace node_agent::node {

namespace {

base::Result<Floor> parse_floor(std::string_view text) {
  Floor f;
  if (text.ends_with('%')) {
    const std::string digits(text.substr(0, text.size() - 1));
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), f.share);
    if (error != std::errc() || end != digits.data() + digits.size() || f.share < 0 || f.share > 100)
      return base::Error(base::Errc::invalid_argument, "\"" + std::string(text) + "\" is not a percentage");
    f.share /= 100;
    return f;
  }
  auto q = api::Quantity::parse(text);
  if (!q) return q.error();
  f.amount = q->value();
  return f;
}

}  // namespace

base::Result<EvictionThresholds> EvictionThresholds::parse(std::string_view text) {
  EvictionThresholds out;
  while (!text.empty()) {
    const auto end = std::min(text.find(','), text.size());
    const auto term = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    const auto less = term.find('<');
    if (less == std::string_view::npos)
      return base::Error(base::Errc::invalid_argument,
                         "\"" + std::string(term) + "\" is not of the form signal<quantity");
    auto floor = parse_floor(term.substr(less + 1));
    if (!floor) return std::move(floor.error()).prepend(term);
    const auto signal = term.substr(0, less);
    if (signal == "memory.available")
      out.memory = *floor;
    else if (signal == "nodefs.available")
      out.disk = *floor;
    else if (signal == "pid.available")
      out.pids = *floor;
    else if (signal != "imagefs.available" && signal != "nodefs.inodesFree" &&
             signal != "imagefs.inodesFree" && signal != "containerfs.available" &&
             signal != "containerfs.inodesFree")
      return base::Error(base::Errc::invalid_argument, "unknown signal \"" + std::string(signal) + "\"");
  }
  return out;
}

}  // namespace node_agent::node
