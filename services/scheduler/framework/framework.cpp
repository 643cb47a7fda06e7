#include "scheduler/framework/framework.hpp"
#include <algorithm>
#include "base/assert.hpp"

namespace scheduler {

namespace {

Status named(Status status, const Plugin& plugin) {
  status.plugin = std::string(plugin.name());
  return status;
}

bool among(const std::vector<const Plugin*>& list, const Plugin* plugin) {
  return std::find(list.begin(), list.end(), plugin) != list.end();
}

}  // namespace

Framework::Framework(std::span<const PluginEntry> entries, const PluginContext& context) {
  for (const auto& e : entries) {
    plugins_.push_back(e.make(context));
    auto& plugin = *plugins_.back();
    COX_ASSERT(plugin.name() == e.name, "a plugin is listed under another name");
    const bool fresh = hints_.emplace(std::string(e.name), plugin.events()).second;
    COX_ASSERT(fresh, "a plugin is listed twice");
    sort_in(plugin, e.weight);
  }
  for (auto& p : plugins_)
    p->attach(*this);
  COX_ASSERT(sort_, "no plugin sorts the queue");
  COX_ASSERT(!bind_.empty(), "no plugin binds");
}

void Framework::sort_in(Plugin& plugin, std::int64_t weight) {
  const auto add = [&plugin](auto& list) {
    using Point = std::remove_pointer_t<typename std::remove_reference_t<decltype(list)>::value_type>;
    if (auto* p = dynamic_cast<Point*>(&plugin)) list.push_back(p);
  };
  add(pre_enqueue_);
  add(pre_filter_);
  add(filter_);
  add(post_filter_);
  add(pre_score_);
  add(reserve_);
  add(permit_);
  add(pre_bind_);
  add(bind_);
  add(post_bind_);
  if (auto* p = dynamic_cast<ScorePlugin*>(&plugin)) score_.push_back({p, weight});
  if (auto* p = dynamic_cast<QueueSortPlugin*>(&plugin)) {
    COX_ASSERT(!sort_, "two plugins sort the queue");
    sort_ = p;
  }
}

Status Framework::pre_enqueue(const PodInfo& pod) const {
  for (const auto* p : pre_enqueue_)
    if (auto s = p->pre_enqueue(pod); !s.ok()) return named(std::move(s), *p);
  return {};
}

std::string Framework::Narrowed::reason() const {
  std::string names;
  for (const auto& n : by)
    names += (names.empty() ? "" : ",") + n;
  return "node(s) didn't satisfy plugin(s) [" + names + "]";
}

Status Framework::pre_filter(CycleState& state, const PodInfo& pod, const Snapshot& nodes,
                             Narrowed& narrowed) const {
  auto& [only, by] = narrowed;
  for (const auto* p : pre_filter_) {
    NodeNames names;
    auto s = p->pre_filter(state, pod, nodes, names);
    if (s.skip()) {
      state.skipped_filters.push_back(p);
      continue;
    }
    if (!s.ok()) return named(std::move(s), *p);
    if (!names) continue;
    by.insert(std::string(p->name()));
    if (only)
      std::erase_if(*only, [&](const std::string& n) { return !names->contains(n); });
    else
      only = std::move(names);
    if (only->empty())
      return named({Code::unschedulable_and_unresolvable, narrowed.reason() + " simultaneously"}, *p);
  }
  return {};
}

Status Framework::filter(const CycleState& state, const PodInfo& pod, const NodeInfo& node) const {
  for (const auto* p : filter_) {
    if (!state.skipped_filters.empty() && among(state.skipped_filters, p)) continue;
    if (auto s = p->filter(state, pod, node); !s.ok()) return named(std::move(s), *p);
  }
  return {};
}

Status Framework::post_filter(CycleState& state, const PodInfo& pod, const Snapshot& nodes,
                              const NodeStatuses& refused, PostFilterResult& result) const {
  if (post_filter_.empty()) return Code::skip;
  Status out(Code::unschedulable);
  for (const auto* p : post_filter_) {
    auto s = p->post_filter(state, pod, nodes, refused, result);
    if (s.ok() || s.code == Code::error) return named(std::move(s), *p);
    out.reasons.insert(out.reasons.end(), s.reasons.begin(), s.reasons.end());
  }
  return out;
}

Status Framework::score(CycleState& state, const PodInfo& pod, const std::vector<const NodeInfo*>& nodes,
                        std::vector<std::int64_t>& totals) const {
  totals.assign(nodes.size(), 0);
  for (const auto* p : pre_score_) {
    auto s = p->pre_score(state, pod, nodes);
    if (s.skip())
      state.skipped_scores.push_back(p);
    else if (!s.ok())
      return named(std::move(s), *p);
  }
  std::vector<std::int64_t> scores(nodes.size());
  for (const auto& [plugin, weight] : score_) {
    if (among(state.skipped_scores, plugin)) continue;
    for (std::size_t i = 0; i < nodes.size(); ++i)
      scores[i] = plugin->score(state, pod, *nodes[i]);
    plugin->normalize(scores);
    for (std::size_t i = 0; i < nodes.size(); ++i)
      totals[i] += scores[i] * weight;
  }
  return {};
}

Status Framework::reserve(CycleState& state, const PodInfo& pod, const std::string& node) const {
  for (auto* p : reserve_) {
    auto s = p->reserve(state, pod, node);
    if (s.ok()) continue;
    unreserve(state, pod, node);
    return named(std::move(s), *p);
  }
  return {};
}

void Framework::unreserve(CycleState& state, const PodInfo& pod, const std::string& node) const {
  for (auto p = reserve_.rbegin(); p != reserve_.rend(); ++p)
    (*p)->unreserve(state, pod, node);
}

Status Framework::permit(CycleState& state, const PodInfo& pod, const std::string& node,
                         std::chrono::nanoseconds& timeout) const {
  Status out;
  for (auto* p : permit_) {
    auto [s, wait] = p->permit(state, pod, node);
    if (s.ok()) continue;
    if (s.code != Code::wait) return named(std::move(s), *p);
    timeout = std::max(timeout, wait);
    out = named(std::move(s), *p);
  }
  return out;
}

base::Awaitable<Status> Framework::pre_bind(CycleStatePtr state, PodInfoPtr pod, std::string node) const {
  for (auto* p : pre_bind_) {
    auto s = co_await p->pre_bind(state, pod, node);
    if (!s.ok() && !s.skip()) co_return named(std::move(s), *p);
  }
  co_return Status();
}

base::Awaitable<Status> Framework::bind(CycleStatePtr state, PodInfoPtr pod, std::string node) const {
  for (auto* p : bind_) {
    auto s = co_await p->bind(state, pod, node);
    if (!s.skip()) co_return named(std::move(s), *p);
  }
  co_return Status(Code::error, "no plugin bound the pod");
}

void Framework::post_bind(CycleState& state, const PodInfo& pod, const std::string& node) const {
  for (auto* p : post_bind_)
    p->post_bind(state, pod, node);
}

bool Framework::cares(const ClusterEvent& event) const {
  for (const auto& [name, hints] : hints_)
    for (const auto& h : hints)
      if (h.resource == event.resource && (h.actions & event.actions) != 0) return true;
  return false;
}

bool Framework::worth_retry(const std::set<std::string>& rejected_by, const PodInfo& pod,
                            const ClusterEvent& event) const {
  // After an error nobody knows what would help.
  if (rejected_by.empty()) return true;
  for (const auto& name : rejected_by) {
    const auto hints = hints_.find(name);
    if (hints == hints_.end()) continue;
    for (const auto& h : hints->second)
      if (h.resource == event.resource && (h.actions & event.actions) != 0 &&
          (!h.worth || h.worth(pod, event)))
        return true;
  }
  return false;
}

}  // namespace scheduler
