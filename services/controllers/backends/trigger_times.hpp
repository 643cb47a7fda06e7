#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>
#include "base/clock.hpp"
#include "controllers/backends/backends.hpp"

namespace controllers::backends {

/// The annotation that says since when the change has been waiting that a write of endpoints shows.
inline constexpr const char* trigger_time_annotation = "endpoints.kubernetes.io/last-change-trigger-time";

/// When the changes happened that endpoints are brought in line with: the network programming latency is
/// measured from there (upstream's SLI). Remembers each Service's pods and the times last seen. Belongs to
/// one strand.
class TriggerTimes {
 public:
  /// The earliest of the times that are new since the last call for this Service: its creation, and when its
  /// pods became ready or unready. Nothing if none is new. A Service not seen before: its creation.
  std::optional<base::SystemTime> observe(const Service& service, const std::vector<PodPtr>& pods);
  void forget(const std::string& key) { seen_.erase(key); }

 private:
  struct Seen {
    base::SystemTime service{};
    std::map<std::string, base::SystemTime> pods;
  };
  std::map<std::string, Seen> seen_;
};

/// Sets the annotation, or removes it where there is no time.
void annotate_trigger_time(api::meta::v1::ObjectMeta& meta, const std::optional<base::SystemTime>& time);

}  // namespace controllers::backends
