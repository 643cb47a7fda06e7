#pragma once
#include <functional>
#include <vector>
#include "base/async.hpp"

namespace controllers {

/// Runs all of `tasks` at once in `group` and returns when the last has ended, in whatever way. A group that
/// is closed refuses them; they count as ended. To be called on the group's strand.
base::Awaitable<void> run_all(base::TaskGroup& group, base::Executor strand, std::string name,
                              std::vector<std::function<base::Awaitable<void>()>> tasks);

}  // namespace controllers
