#include "cel/evaluation.hpp"
#include <algorithm>

namespace cel {

Evaluation::Evaluation(std::span<const Value> variables, std::size_t local_count, std::uint64_t cost_limit,
                       std::size_t bytes_max)
    : arena(bytes_max),
      variables_(variables),
      locals_(arena.array<Value>(local_count)),
      cost_limit_(cost_limit) {
  std::uninitialized_default_construct_n(locals_, local_count);
}

Value Evaluation::list(std::span<const Value> items) {
  Value* copy = arena.array<Value>(items.size());
  std::uninitialized_copy(items.begin(), items.end(), copy);
  return Value::list(std::span<const Value>(copy, items.size()));
}

}  // namespace cel
