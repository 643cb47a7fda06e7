#pragma once
#include <cstdint>
#include <span>
#include <string_view>
#include "cel/arena.hpp"
#include "cel/value.hpp"

namespace cel {

/// One run of a program: its memory, its variables and what it has cost so far. Lives on the stack of
/// Program::evaluate; used by one thread.
class Evaluation {
 public:
  Evaluation(std::span<const Value> variables, std::size_t local_count, std::uint64_t cost_limit,
             std::size_t bytes_max);

  Arena arena;

  const Value& variable(std::size_t i) const noexcept { return variables_[i]; }
  Value& local(std::size_t i) noexcept { return locals_[i]; }

  /// Adds to the cost. False once the limit is passed: the evaluation ends with cancelled().
  bool charge(std::uint64_t cost) noexcept {
    cost_ = cost > UINT64_MAX - cost_ ? UINT64_MAX : cost_ + cost;
    return cost_ <= cost_limit_;
  }
  std::uint64_t cost() const noexcept { return cost_; }
  /// No operator may absorb what comes out of an evaluation that is stopped.
  bool stopped() const noexcept { return cost_ > cost_limit_; }

  Value fail(std::string_view message) { return fail_static(arena.copy(message)); }
  /// `message` must live as long as the program.
  Value fail_static(std::string_view message) { return Value::error(arena.make(Failure{message})); }
  /// The arguments fit none of a function's forms.
  Value no_overload() { return fail_static("no such overload"); }
  Value cancelled() { return fail_static("operation cancelled: actual cost limit exceeded"); }

  Value string(std::string_view text) { return Value::string(arena.copy(text)); }
  Value optional(const Value& inner) { return Value::optional(arena.make(inner)); }
  /// A copy of `items`.
  Value list(std::span<const Value> items);

 private:
  std::span<const Value> variables_;
  Value* locals_;
  std::uint64_t cost_ = 0;
  std::uint64_t cost_limit_;
};

/// What functions are in C++. The arguments are of the declared kinds, no errors among them.
using Native = Value (*)(Evaluation&, std::span<const Value> args);

}  // namespace cel
