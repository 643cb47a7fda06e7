#include "controllers/workload/expectations.hpp"

namespace controllers::workload {

void Expectations::expect_creations(const std::string& key, int count, base::SystemTime now) {
  records_[key] = Record{count, {}, now};
}

void Expectations::expect_deletions(const std::string& key, std::set<std::string> pods,
                                    base::SystemTime now) {
  records_[key] = Record{0, std::move(pods), now};
}

void Expectations::creation_observed(const std::string& key, int count) {
  if (const auto it = records_.find(key); it != records_.end()) it->second.creations -= count;
}

void Expectations::deletion_observed(const std::string& key, const std::string& pod) {
  if (const auto it = records_.find(key); it != records_.end()) it->second.deletions.erase(pod);
}

bool Expectations::satisfied(const std::string& key, base::SystemTime now) const {
  const auto it = records_.find(key);
  if (it == records_.end()) return true;
  const auto& r = it->second;
  return (r.creations <= 0 && r.deletions.empty()) || now - r.since > timeout;
}

}  // namespace controllers::workload
