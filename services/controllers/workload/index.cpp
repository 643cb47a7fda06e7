#include "controllers/workload/index.hpp"

namespace controllers::workload {
namespace {

constexpr const char* index_name = "controller";
constexpr const char* node_index = "node";

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

void index_by_node(client::Store<Pod>& pods) {
  pods.add_index(node_index, [](const Pod& pod) {
    std::vector<std::string> out;
    if (!pod.spec.node_name.empty()) out.push_back(pod.spec.node_name);
    return out;
  });
}

std::vector<PodPtr> pods_on(const client::Store<Pod>& pods, const std::string& node) {
  return pods.by_index(node_index, node);
}

}  // namespace controllers::workload
