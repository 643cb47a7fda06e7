#include "scheduler/plugins/node_selector.hpp"
#include <algorithm>
#include <charconv>
#include <string_view>

namespace scheduler::plugins {

namespace {

using api::core::v1::Node;
using api::core::v1::NodeSelector;
using api::core::v1::NodeSelectorRequirement;
using api::core::v1::NodeSelectorTerm;

std::optional<std::int64_t> integer(std::string_view text) {
  std::int64_t v = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), v);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return v;
}

/// `value` is null where the node has no such label.
bool holds(const NodeSelectorRequirement& r, const std::string* value) {
  const bool listed = value && std::find(r.values.begin(), r.values.end(), *value) != r.values.end();
  if (r.operator_ == "In") return listed;
  if (r.operator_ == "NotIn") return !listed;
  if (r.operator_ == "Exists") return value != nullptr;
  if (r.operator_ == "DoesNotExist") return value == nullptr;
  if (!value || r.values.size() != 1) return false;
  const auto left = integer(*value), right = integer(r.values.front());
  if (!left || !right) return false;
  return r.operator_ == "Gt" ? *left > *right : r.operator_ == "Lt" && *left < *right;
}

}  // namespace

bool matches(const NodeSelectorTerm& term, const Node& node) {
  if (term.match_expressions.empty() && term.match_fields.empty()) return false;
  for (const auto& r : term.match_expressions) {
    const auto label = node.metadata.labels.find(r.key);
    if (!holds(r, label == node.metadata.labels.end() ? nullptr : &label->second)) return false;
  }
  for (const auto& r : term.match_fields)
    if (r.key != "metadata.name" || !holds(r, &node.metadata.name)) return false;
  return true;
}

bool matches(const NodeSelector& selector, const Node& node) {
  return std::any_of(selector.node_selector_terms.begin(), selector.node_selector_terms.end(),
                     [&](const NodeSelectorTerm& t) { return matches(t, node); });
}

bool matches_required(const api::core::v1::Pod& pod, const Node& node) {
  for (const auto& [key, value] : pod.spec.node_selector) {
    const auto label = node.metadata.labels.find(key);
    if (label == node.metadata.labels.end() || label->second != value) return false;
  }
  if (!pod.spec.affinity || !pod.spec.affinity->node_affinity) return true;
  const auto& required =
      pod.spec.affinity->node_affinity->required_during_scheduling_ignored_during_execution;
  return !required || matches(*required, node);
}

std::optional<std::set<std::string>> named_nodes(const NodeSelector& selector) {
  std::set<std::string> out;
  for (const auto& term : selector.node_selector_terms) {
    std::optional<std::set<std::string>> of_term;
    for (const auto& r : term.match_fields) {
      if (r.key != "metadata.name" || r.operator_ != "In") continue;
      std::set<std::string> names(r.values.begin(), r.values.end());
      if (of_term)
        std::erase_if(*of_term, [&](const std::string& n) { return !names.contains(n); });
      else
        of_term = std::move(names);
    }
    if (!of_term) return std::nullopt;
    out.insert(of_term->begin(), of_term->end());
  }
  if (selector.node_selector_terms.empty()) return std::nullopt;
  return out;
}

}  // namespace scheduler::plugins
