#pragma once
#include "cel/node.hpp"

namespace cel {

/// A comprehension, or with an empty range a binding (optMap, sortBy).
class FoldNode final : public Node {
 public:
  /// What the step does to the accumulator, where it is one of the macros'.
  enum class Shape : std::uint8_t {
    general,
    append,  ///< accu + [element]: map, filter, transformList
    insert,  ///< cel.@mapInsert(accu, key, value): transformMap
    merge,   ///< cel.@mapInsert(accu, map): transformMapEntry
  };
  struct Parts {
    NodePtr range, initial, condition, step, result;
    std::size_t accumulator = 0, variable = 0;
    std::size_t second_variable = 0;
    bool two_variables = false;
    /// Building in place instead of `step`; null where the shape is general.
    Shape shape = Shape::general;
    NodePtr filter, key, value;
  };
  explicit FoldNode(Parts parts) : p_(std::move(parts)) {}
  Value evaluate(Evaluation& e) const override;

 private:
  struct Builder {
    ListBuilder list;
    MapBuilder map;
  };
  Value fold(Evaluation& e, const Value& range) const;
  /// Null: go on; else what ends the fold, an error or the accumulator.
  std::optional<Value> iterate(Evaluation& e, Builder& builder) const;
  std::optional<Value> build(Evaluation& e, Builder& builder) const;
  std::optional<Value> merge(Evaluation& e, Builder& builder, const Value& entries) const;
  Parts p_;
};

}  // namespace cel
