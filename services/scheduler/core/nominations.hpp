#pragma once
#include <map>
#include <string>
#include <unordered_map>
#include <vector>
#include "scheduler/framework/node_info.hpp"

namespace scheduler {

/// Pods for which room is being made, and where. Pure; belongs to the scheduler's strand.
class Nominations {
 public:
  void put(const PodInfoPtr& pod, const std::string& node);
  void remove(const std::string& uid);
  /// Empty if there is none.
  const std::string& node_of(const std::string& uid) const;
  /// Pods nominated to that node which `pod` may not push aside: as important or more.
  std::vector<PodInfoPtr> before(const PodInfo& pod, const std::string& node) const;
  /// Pods nominated to that node of lower priority.
  std::vector<PodInfoPtr> below(std::int32_t priority, const std::string& node) const;

 private:
  std::unordered_map<std::string, std::string> node_of_;
  std::unordered_map<std::string, std::map<std::string, PodInfoPtr>> on_;
};

}  // namespace scheduler
