#include "controllers/tainteviction/toleration.hpp"
#include <algorithm>
#include <iterator>

namespace controllers::tainteviction {
namespace {

constexpr std::chrono::hours longest{24 * 365 * 100};  // A far future that fits in nanoseconds.

}  // namespace

std::vector<Taint> no_execute(const std::vector<Taint>& taints) {
  std::vector<Taint> out;
  std::copy_if(taints.begin(), taints.end(), std::back_inserter(out),
               [](const Taint& t) { return t.effect == "NoExecute"; });
  return out;
}

bool tolerates(const Toleration& toleration, const Taint& taint) noexcept {
  if (!toleration.effect.empty() && toleration.effect != taint.effect) return false;
  if (!toleration.key.empty() && toleration.key != taint.key) return false;
  if (toleration.operator_ == "Exists") return true;
  return (toleration.operator_.empty() || toleration.operator_ == "Equal") && toleration.value == taint.value;
}

std::optional<std::chrono::seconds> tolerated_for(const std::vector<Taint>& taints,
                                                  const std::vector<Toleration>& tolerations) noexcept {
  std::optional<std::chrono::seconds> shortest;
  for (const auto& taint : taints) {
    const auto used = std::find_if(tolerations.begin(), tolerations.end(),
                                   [&](const Toleration& t) { return tolerates(t, taint); });
    if (used == tolerations.end()) return std::chrono::seconds(0);
    if (!used->toleration_seconds) continue;
    const std::chrono::seconds bears(
        std::clamp<std::int64_t>(*used->toleration_seconds, 0, std::chrono::seconds(longest).count()));
    shortest = std::min(shortest.value_or(bears), bears);
  }
  return shortest;
}

}  // namespace controllers::tainteviction
