#pragma once
#include <optional>
#include <set>
#include <string>
#include "api/types/core_v1.hpp"

namespace scheduler::plugins {

/// Whether a node is one a term names. An empty term matches nothing. Source: NodeSelectorTerm of core/v1.
bool matches(const api::core::v1::NodeSelectorTerm& term, const api::core::v1::Node& node);
/// Any of its terms.
bool matches(const api::core::v1::NodeSelector& selector, const api::core::v1::Node& node);
/// spec.nodeSelector and the required node affinity of a pod.
bool matches_required(const api::core::v1::Pod& pod, const api::core::v1::Node& node);
/// The nodes a selector names one by one (every term has metadata.name In [...]); empty optional if it does
/// not.
std::optional<std::set<std::string>> named_nodes(const api::core::v1::NodeSelector& selector);

}  // namespace scheduler::plugins
