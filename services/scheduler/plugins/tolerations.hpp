#pragma once
#include <vector>
#include "api/types/core_v1.hpp"

namespace scheduler::plugins {

/// Source: "Taints and Tolerations".
inline bool tolerates(const api::core::v1::Toleration& t, const api::core::v1::Taint& taint) {
  if (!t.effect.empty() && t.effect != taint.effect) return false;
  if (!t.key.empty() && t.key != taint.key) return false;
  if (t.operator_ == "Exists") return true;
  return (t.operator_.empty() || t.operator_ == "Equal") && t.value == taint.value;
}

inline bool tolerated(const std::vector<api::core::v1::Toleration>& tolerations,
                      const api::core::v1::Taint& taint) {
  for (const auto& t : tolerations)
    if (tolerates(t, taint)) return true;
  return false;
}

}  // namespace scheduler::plugins
