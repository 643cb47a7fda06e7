#pragma once
#include <chrono>
#include <string>
#include <string_view>
#include "base/error.hpp"

namespace base {

using SystemTime = std::chrono::time_point<std::chrono::system_clock, std::chrono::nanoseconds>;
using SteadyTime = std::chrono::steady_clock::time_point;

/// The time, as a dependency: pure code takes `now` as an argument, long-lived objects take a Clock.
/// Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual SystemTime now() const = 0;         ///< Wall clock, for timestamps people and the API see.
  virtual SteadyTime steady_now() const = 0;  ///< Monotonic, for durations and deadlines.
  /// The machine's clock; lives for the whole process.
  static const Clock& real();
};

/// A clock that only moves when told. For tests.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(SystemTime start = SystemTime{std::chrono::seconds{1'700'000'000}}) : now_(start) {}
  SystemTime now() const override { return now_; }
  SteadyTime steady_now() const override { return steady_; }
  void advance(std::chrono::nanoseconds d);

 private:
  SystemTime now_;
  SteadyTime steady_{};
};

/// RFC 3339 in UTC, whole seconds: "2026-01-02T15:04:05Z" (metav1.Time).
std::string format_rfc3339(SystemTime t);
/// RFC 3339 in UTC with six digits of fraction (metav1.MicroTime).
std::string format_rfc3339_micro(SystemTime t);
/// Parses RFC 3339 with any offset and fraction. Error: invalid_argument.
Result<SystemTime> parse_rfc3339(std::string_view text);

}  // namespace base
