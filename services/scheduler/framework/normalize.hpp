#pragma once
#include <algorithm>
#include <cstdint>
#include <vector>
#include "scheduler/framework/plugin.hpp"

namespace scheduler {

/// Scales scores so that the largest becomes score_max; `reverse`: and the smallest is the best.
inline void normalize_scores(std::vector<std::int64_t>& scores, bool reverse) {
  std::int64_t top = 0;
  for (auto s : scores)
    top = std::max(top, s);
  for (auto& s : scores) {
    if (top == 0) {
      s = reverse ? score_max : s;
      continue;
    }
    s = score_max * s / top;
    if (reverse) s = score_max - s;
  }
}

}  // namespace scheduler
