#include "controllers/workload/index.hpp"

namespace controllers::workload {
namespace {

constexpr const char* index_name = "controller";

std::string orphan_value(const std::string& ns) {
  return "orphans/" + ns;
}  // No uid has a slash.

}  // namespace

void index_by_controller(client::Store<Pod>& pods) {
  pods.add_index(index_name, [](const Pod& pod) {
    const auto* controller = controller_of(pod.metadata);
    return std::vector<std::string>{controller ? controller->uid : orphan_value(pod.metadata.namespace_)};
  });
}

std::vector<PodPtr> pods_controlled_by(const client::Store<Pod>& pods, const std::string& uid) {
  return pods.by_index(index_name, uid);
}

std::vector<PodPtr> orphans_in(const client::Store<Pod>& pods, const std::string& ns) {
  return pods.by_index(index_name, orphan_value(ns));
}

}  // namespace controllers::workload
