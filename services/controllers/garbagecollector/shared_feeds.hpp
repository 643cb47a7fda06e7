#pragma once
#include <functional>
#include <set>
#include "client/informer.hpp"
#include "controllers/garbagecollector/graph.hpp"

namespace controllers::garbagecollector {

/// Feeds the graph from the informers that other controllers have anyway (pods, ReplicaSets, ...), so that
/// the API server sends what changes most only once. Changes that concern no owner are left out. Returns the
/// resources fed so. On the graph's strand, which is the informers'; `graph` outlives them.
std::set<api::GroupResource> share_informers(client::InformerFactory& informers, Graph& graph,
                                             std::function<void()> changed);

}  // namespace controllers::garbagecollector
