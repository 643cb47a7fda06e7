#include "node-agent/pods/restart_backoff.hpp"
#include <algorithm>

namespace node_agent::pods {

std::optional<RestartBackoff::Wait> RestartBackoff::check(const std::string& name,
                                                          base::SystemTime finished_at,
                                                          base::SystemTime now) const {
  const auto it = entries_.find(name);
  if (it == entries_.end() || expired(it->second, finished_at)) return std::nullopt;
  if (now - finished_at >= it->second.delay) return std::nullopt;
  return Wait{it->second.delay, finished_at + it->second.delay};
}

void RestartBackoff::restarted(const std::string& name, base::SystemTime now) {
  auto [it, fresh] = entries_.try_emplace(name, Entry{initial_, now});
  if (fresh) return;
  it->second.delay = expired(it->second, now) ? initial_ : std::min(it->second.delay * 2, max_);
  it->second.updated = now;
}

}  // namespace node_agent::pods
