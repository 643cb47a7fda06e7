#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace scheduler {

enum class Code {
  success,
  error,                           ///< Something broke; try again later.
  unschedulable,                   ///< Not now; preemption may help.
  unschedulable_and_unresolvable,  ///< Not now, and preemption does not help.
  wait,                            ///< Permit: hold the pod.
  skip,                            ///< The plugin has nothing to say here.
};

/// What a plugin answers. Success is cheap.
struct Status {
  Code code = Code::success;
  std::vector<std::string> reasons;
  std::string plugin;  ///< Set by the framework.

  Status() = default;
  Status(Code c) : code(c) {}
  Status(Code c, std::string reason) : code(c) { reasons.push_back(std::move(reason)); }
  bool ok() const noexcept { return code == Code::success; }
  bool skip() const noexcept { return code == Code::skip; }
  bool rejected() const noexcept {
    return code == Code::unschedulable || code == Code::unschedulable_and_unresolvable;
  }
  std::string message() const {
    std::string out;
    for (const auto& r : reasons)
      out += (out.empty() ? "" : ", ") + r;
    return out;
  }
};

}  // namespace scheduler
