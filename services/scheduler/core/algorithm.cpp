#include "scheduler/core/algorithm.hpp"
#include <algorithm>
#include <map>

namespace scheduler {

namespace {

constexpr std::size_t feasible_min = 100;

}  // namespace

Algorithm::Algorithm(const Framework& framework, int percentage, std::uint64_t seed)
    : framework_(framework), percentage_(percentage), random_(seed) {}

std::size_t Algorithm::enough(std::size_t nodes, int percentage) {
  if (nodes < feasible_min || percentage >= 100) return nodes;
  const auto share = percentage > 0 ? static_cast<std::size_t>(percentage)
                                    : std::max<std::size_t>(5, nodes < 5625 ? 50 - nodes / 125 : 5);
  return std::max(feasible_min, nodes * share / 100);
}

Status Algorithm::filter(const CycleState& state, const PodInfo& pod, const NodeInfo& node,
                         const Nominations& nominations) {
  const auto others = nominations.before(pod, node.name());
  if (!others.empty()) {
    NodeInfo taken = node;
    for (const auto& p : others)
      taken.add_pod(p);
    if (auto s = framework_.filter(state, pod, taken); !s.ok()) return s;
  }
  return framework_.filter(state, pod, node);
}

Status Algorithm::find_feasible(CycleState& state, const PodInfo& pod, const Snapshot& nodes,
                                const Nominations& nominations, NodeStatuses& refused,
                                std::vector<const NodeInfo*>& feasible) {
  Framework::Narrowed narrowed;
  if (auto s = framework_.pre_filter(state, pod, nodes, narrowed); !s.ok()) return s;
  const auto& only = narrowed.only;
  // Room was made for it there: take it if it is enough.
  const auto* made = nodes.find(nominations.node_of(pod.uid()));
  if (made && (!only || only->contains(made->name())) && filter(state, pod, *made, nominations).ok()) {
    feasible.push_back(made);
    return {};
  }
  const auto count = nodes.size();
  const auto wanted = only ? count : enough(count, percentage_);
  std::size_t seen = 0;
  for (; seen < count && feasible.size() < wanted; ++seen) {
    const auto& node = *nodes.nodes()[(next_ + seen) % count];
    if (only && !only->contains(node.name())) {
      auto& why = refused[node.name()] = {Code::unschedulable_and_unresolvable, narrowed.reason()};
      why.plugin = *narrowed.by.begin();
      continue;
    }
    auto s = filter(state, pod, node, nominations);
    if (s.ok())
      feasible.push_back(&node);
    else if (s.rejected())
      refused[node.name()] = std::move(s);
    else
      return s;
  }
  next_ = (next_ + seen) % count;
  return {};
}

const NodeInfo* Algorithm::best(const std::vector<const NodeInfo*>& nodes,
                                const std::vector<std::int64_t>& scores) {
  std::size_t chosen = 0, equals = 1;
  for (std::size_t i = 1; i < nodes.size(); ++i) {
    if (scores[i] > scores[chosen]) {
      chosen = i;
      equals = 1;
    } else if (scores[i] == scores[chosen] && random_() % ++equals == 0) {
      chosen = i;
    }
  }
  return nodes[chosen];
}

Decision Algorithm::schedule(CycleState& state, const PodInfo& pod, const Snapshot& nodes,
                             const Nominations& nominations) {
  Decision d;
  if (nodes.size() == 0) {
    d.message = "no nodes available to schedule pods";
    for (const auto& e : plugin_registry())
      d.rejected_by.emplace(e.name);
    return d;
  }
  NodeStatuses refused;
  std::vector<const NodeInfo*> feasible;
  auto found = find_feasible(state, pod, nodes, nominations, refused, feasible);
  d.evaluated = static_cast<int>(feasible.size() + refused.size());
  d.feasible = static_cast<int>(feasible.size());
  if (!found.ok() && !found.rejected()) {
    d.error = true;
    d.message = "running plugin \"" + found.plugin + "\": " + found.message();
    return d;
  }
  if (feasible.empty()) {
    if (found.rejected()) d.rejected_by.insert(found.plugin);
    for (const auto& [name, status] : refused)
      d.rejected_by.insert(status.plugin);
    PostFilterResult room;
    auto post = framework_.post_filter(state, pod, nodes, refused, room);
    d.nominated = std::move(room.nominated);
    d.victims = std::move(room.victims);
    d.drop_nomination = room.hopeless;
    d.message = no_fit_message(nodes.size(), found.message(), refused, post.message());
    return d;
  }
  if (feasible.size() == 1) {
    d.node = feasible.front()->name();
    return d;
  }
  std::vector<std::int64_t> scores;
  if (auto s = framework_.score(state, pod, feasible, scores); !s.ok()) {
    d.error = true;
    d.message = "running plugin \"" + s.plugin + "\": " + s.message();
    return d;
  }
  d.node = best(feasible, scores)->name();
  return d;
}

std::string no_fit_message(std::size_t nodes, const std::string& pre_filter, const NodeStatuses& refused,
                           const std::string& post_filter) {
  std::string out = "0/" + std::to_string(nodes) + " nodes are available:";
  if (!pre_filter.empty()) {
    out += " " + pre_filter + ".";
  } else {
    std::map<std::string, int> counts;
    for (const auto& [name, status] : refused)
      for (const auto& r : status.reasons)
        ++counts[r];
    std::vector<std::string> lines;
    for (const auto& [reason, n] : counts)
      lines.push_back(std::to_string(n) + " " + reason);
    std::sort(lines.begin(), lines.end());
    for (std::size_t i = 0; i < lines.size(); ++i)
      out += (i == 0 ? " " : ", ") + lines[i];
    if (!lines.empty()) out += ".";
  }
  if (!post_filter.empty()) out += " " + post_filter;
  return out;
}

}  // namespace scheduler
