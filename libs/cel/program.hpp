#pragma once
#include <boost/json/value.hpp>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>
#include "base/error.hpp"
#include "cel/environment.hpp"
#include "cel/evaluation.hpp"
#include "cel/limits.hpp"
#include "cel/static_cost.hpp"

/// The way in: compile an expression once, evaluate it often.
namespace cel {

/// A checked expression, ready to run. Immutable; evaluated by any number of threads at once.
class Program {
 public:
  struct Impl;
  explicit Program(std::shared_ptr<const Impl> impl) : impl_(std::move(impl)) {}

  /// Runs on `variables`, as many as the environment declares and in their order, and hands the value to
  /// `use`. Errors: the expression's (message as cel-go has it: "no such key: x", "integer overflow", ...);
  /// resource_exhausted if it cost more than `cost_limit` or took too much memory. `cost` is set in any case.
  template <class Use>
  base::Result<std::invoke_result_t<Use, const Value&>> evaluate(
      std::span<const Value> variables, const Use& use, std::uint64_t* cost = nullptr,
      std::uint64_t cost_limit = per_call_limit) const {
    Evaluation e(variables, local_count(), cost_limit, evaluation_bytes_max);
    const auto value = run(e);
    if (cost) *cost = e.cost();
    if (!value) return value.error();
    return use(*value);
  }
  /// For conditions: the value must be a bool.
  base::Result<bool> evaluate_bool(std::span<const Value> variables, std::uint64_t* cost = nullptr,
                                   std::uint64_t cost_limit = per_call_limit) const;
  base::Result<std::string> evaluate_string(std::span<const Value> variables, std::uint64_t* cost = nullptr,
                                            std::uint64_t cost_limit = per_call_limit) const;

  /// The type of what it evaluates to.
  const Type& type() const noexcept;
  /// Whether the expression names that variable.
  bool uses(std::string_view variable) const noexcept;
  /// What it may cost, by the sizes given to compile().
  const CostEstimate& estimate() const noexcept;

 private:
  std::size_t local_count() const noexcept;
  base::Result<Value> run(Evaluation& e) const;
  std::shared_ptr<const Impl> impl_;
};

/// Compiles `source`. `sizes` tells how big the variables may get, for the estimate; null: unbounded.
/// Error: invalid_argument, the message being what cel-go prints of all issues (see render(); it begins with
/// "ERROR: "), or of what fails to be set up ("type conversion error ...").
base::Result<Program> compile(std::string_view source, std::shared_ptr<const Environment> environment,
                              const SizeEstimator* sizes = nullptr);

}  // namespace cel
