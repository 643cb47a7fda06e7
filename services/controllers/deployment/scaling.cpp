#include "controllers/deployment/scaling.hpp"
#include <algorithm>
#include <cmath>
#include "controllers/deployment/revision.hpp"

namespace controllers::deployment {
namespace {

using Sets = std::vector<std::shared_ptr<const ReplicaSet>>;

Sets active(const Sets& sets) {
  Sets out;
  for (const auto& rs : sets)
    if (wanted(*rs) > 0) out.push_back(rs);
  return out;
}

std::int32_t available(const ReplicaSet& rs) noexcept {
  return rs.status.available_replicas.value_or(0);
}

std::int32_t scaled_or(const std::optional<api::IntOrString>& v, std::int32_t total, bool up) {
  if (!v) return 0;
  const auto n = v->scaled(total, up);
  return n ? *n : 0;
}

/// Sizes of the old sets as steps take from them.
struct Shrinking {
  std::shared_ptr<const ReplicaSet> set;
  std::int32_t size;
};

/// Pods of old sets that are not available cost nothing when they go. Takes at most `most`.
void drop_unhealthy(std::vector<Shrinking>& old, std::int32_t most) {
  for (auto& s : old) {
    if (most <= 0) return;
    const auto cut = std::clamp(s.size - available(*s.set), 0, most);
    s.size -= cut;
    most -= cut;
  }
}

void drop_surplus(std::vector<Shrinking>& old, std::int32_t most) {
  for (auto& s : old) {
    if (most <= 0) return;
    const auto cut = std::min(s.size, most);
    s.size -= cut;
    most -= cut;
  }
}

std::vector<ScaleStep> shrink_old(const Deployment& d, const ReplicaSets& sets) {
  const auto all = totals(sets.all());
  const auto min_available = wanted(d) - fenceposts(d).unavailable;
  const auto current_missing = wanted(*sets.current) - available(*sets.current);
  const auto most = all.wanted - min_available - current_missing;
  if (totals(sets.old).wanted == 0 || most <= 0) return {};

  std::vector<Shrinking> old;
  for (const auto& rs : active(sets.old))
    old.push_back({rs, wanted(*rs)});
  drop_unhealthy(old, most);
  drop_surplus(old, all.available - min_available);
  std::vector<ScaleStep> steps;
  for (const auto& s : old)
    if (s.size != wanted(*s.set)) steps.push_back({s.set, s.size});
  return steps;
}

/// The one set a change of size concerns: the only active one, or with none active the current or newest.
std::shared_ptr<const ReplicaSet> only_set(const ReplicaSets& sets) {
  const auto running = active(sets.all());
  if (running.size() == 1) return running[0];
  if (!running.empty() || (!sets.current && sets.old.empty())) return nullptr;
  return sets.current ? sets.current : sets.old.back();
}

bool is_saturated(const Deployment& d, const ReplicaSet* rs) {
  return rs && desired_annotation(*rs) == wanted(d) && wanted(*rs) == wanted(d) &&
         available(*rs) == wanted(d);
}

/// What `rs` would gain (or lose) if it kept its part of the whole.
std::int32_t fraction(const Deployment& d, const ReplicaSet& rs) {
  if (wanted(d) == 0) return -wanted(rs);
  const auto max_now = wanted(d) + fenceposts(d).surge;
  auto max_before = max_annotation(rs).value_or(0);
  if (max_before == 0) max_before = d.status.replicas.value_or(0);
  if (max_before == 0) return 0;
  const auto size = static_cast<double>(wanted(rs)) * max_now / max_before;
  return static_cast<std::int32_t>(std::lround(size)) - wanted(rs);
}

std::vector<ScaleStep> spread(const Deployment& d, const ReplicaSets& sets) {
  auto running = active(sets.all());
  const auto allowed = wanted(d) > 0 ? wanted(d) + fenceposts(d).surge : 0;
  const auto to_add = allowed - totals(running).wanted;
  // Larger first; of equal ones the newer first when growing, the older first when shrinking.
  std::stable_sort(running.begin(), running.end(), [to_add](const auto& a, const auto& b) {
    if (wanted(*a) != wanted(*b)) return wanted(*a) > wanted(*b);
    return to_add > 0 ? created_before(*b, *a) : created_before(*a, *b);
  });
  std::vector<ScaleStep> steps;
  std::int32_t added = 0;
  for (const auto& rs : running) {
    const auto left = to_add - added;
    const auto part = to_add > 0 ? std::min(fraction(d, *rs), left) : std::max(fraction(d, *rs), left);
    const auto change = to_add == 0 || left == 0 ? 0 : part;
    steps.push_back({rs, wanted(*rs) + change});
    added += change;
  }
  if (!steps.empty() && to_add != 0) steps[0].to = std::max(0, steps[0].to + to_add - added);
  return steps;
}

}  // namespace

bool is_rolling(const Deployment& d) noexcept {
  return !d.spec.strategy || d.spec.strategy->type != "Recreate";
}

Fenceposts fenceposts(const Deployment& d) {
  if (!is_rolling(d)) return {};
  Fenceposts f;
  if (d.spec.strategy && d.spec.strategy->rolling_update) {
    const auto& r = *d.spec.strategy->rolling_update;
    f.surge = scaled_or(r.max_surge, wanted(d), true);
    f.unavailable = scaled_or(r.max_unavailable, wanted(d), false);
  }
  // Nothing above and nothing below would be a rollout that never moves.
  if (f.surge == 0 && f.unavailable == 0) f.unavailable = 1;
  f.unavailable = std::min(f.unavailable, wanted(d));
  return f;
}

std::int32_t next_current_size(const Deployment& d, std::int32_t size, std::int32_t pods_of_all) {
  if (!is_rolling(d)) return wanted(d);
  const auto room = wanted(d) + fenceposts(d).surge - pods_of_all;
  return room <= 0 ? size : size + std::min(room, wanted(d) - size);
}

std::vector<ScaleStep> plan_rolling(const Deployment& d, const ReplicaSets& sets) {
  const auto size = wanted(*sets.current);
  const auto next = size > wanted(d) ? wanted(d) : next_current_size(d, size, totals(sets.all()).wanted);
  if (next != size) return {{sets.current, next}};
  return shrink_old(d, sets);
}

std::vector<ScaleStep> plan_resize(const Deployment& d, const ReplicaSets& sets) {
  if (const auto only = only_set(sets)) {
    // A set that somebody else gave the right size lacks the annotation still: without it no rollout begins.
    const bool done =
        wanted(*only) == wanted(d) && desired_annotation(*only).value_or(wanted(d)) == wanted(d);
    if (done) return {};
    return {{only, wanted(d)}};
  }
  if (is_saturated(d, sets.current.get())) {
    std::vector<ScaleStep> steps;
    for (const auto& rs : active(sets.old))
      steps.push_back({rs, 0});
    return steps;
  }
  return is_rolling(d) ? spread(d, sets) : std::vector<ScaleStep>{};
}

bool needs_resize(const Deployment& d, const ReplicaSets& sets) {
  for (const auto& rs : active(sets.all())) {
    const auto desired = desired_annotation(*rs);
    if (desired && *desired != wanted(d)) return true;
  }
  return false;
}

}  // namespace controllers::deployment
