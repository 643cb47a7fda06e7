#pragma once
#include "client/store.hpp"
#include "controllers/workload/pod.hpp"

namespace controllers::workload {

/// Adds the index that the two functions below read. Any number of controllers may ask for it.
void index_by_controller(client::Store<Pod>& pods);

/// The pods whose controller has `uid`, and the pods of `ns` that have none.
std::vector<PodPtr> pods_controlled_by(const client::Store<Pod>& pods, const std::string& uid);
std::vector<PodPtr> orphans_in(const client::Store<Pod>& pods, const std::string& ns);

/// The same for the node that a pod is bound to.
void index_by_node(client::Store<Pod>& pods);
std::vector<PodPtr> pods_on(const client::Store<Pod>& pods, const std::string& node);

}  // namespace controllers::workload
