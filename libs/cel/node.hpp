#pragma once
#include <memory>
#include <vector>
#include "cel/collections.hpp"
#include "cel/function.hpp"
#include "cel/regex.hpp"

/// What a program is made of: a tree of nodes that evaluate themselves.
///
/// Costs are charged as cel-go's tracker does: a chain of selections from a variable costs 1 for each step
/// and for the variable, one from something else 1 more; && || ?: cost nothing themselves.
namespace cel {

class Node {
 public:
  virtual ~Node() = default;
  virtual Value evaluate(Evaluation& e) const = 0;
};
using NodePtr = std::unique_ptr<const Node>;

/// A literal, or a collection of literals: made once. Its memory is the program's.
class ConstantNode final : public Node {
 public:
  explicit ConstantNode(Value value) : value_(value) {}
  Value evaluate(Evaluation&) const override { return value_; }
  const Value& value() const noexcept { return value_; }

 private:
  Value value_;
};

class VariableNode final : public Node {
 public:
  VariableNode(std::size_t index, std::uint64_t cost) : index_(index), cost_(cost) {}
  Value evaluate(Evaluation& e) const override;

 private:
  std::size_t index_;
  std::uint64_t cost_;
};

class LocalNode final : public Node {
 public:
  LocalNode(std::size_t slot, std::uint64_t cost) : slot_(slot), cost_(cost) {}
  Value evaluate(Evaluation& e) const override;

 private:
  std::size_t slot_;
  std::uint64_t cost_;
};

/// operand.field, has(operand.field), operand.?field.
class SelectNode final : public Node {
 public:
  enum class Mode : std::uint8_t { required, optional, test };
  struct Options {
    std::string field;
    /// The property, where the operand's schema is known; it saves looking the name up.
    const Property* property = nullptr;
    const Schema* schema = nullptr;
    Mode mode = Mode::required;
    std::uint64_t cost = 1;
  };
  SelectNode(NodePtr operand, Options options) : operand_(std::move(operand)), options_(std::move(options)) {}
  Value evaluate(Evaluation& e) const override;

 private:
  std::optional<Value> find(Evaluation& e, const Value& operand) const;
  NodePtr operand_;
  Options options_;
};

/// operand[key], operand[?key].
class IndexNode final : public Node {
 public:
  IndexNode(NodePtr operand, NodePtr key, bool optional, std::uint64_t cost)
      : operand_(std::move(operand)), key_(std::move(key)), optional_(optional), cost_(cost) {}
  Value evaluate(Evaluation& e) const override;

 private:
  NodePtr operand_, key_;
  bool optional_;
  std::uint64_t cost_;
};

/// && (stops at false) and || (stops at true); an error of one side gives way to that value on the other.
class LogicalNode final : public Node {
 public:
  LogicalNode(NodePtr left, NodePtr right, bool stops_at)
      : left_(std::move(left)), right_(std::move(right)), stops_at_(stops_at) {}
  Value evaluate(Evaluation& e) const override;

 private:
  NodePtr left_, right_;
  bool stops_at_;
};

class NotNode final : public Node {
 public:
  explicit NotNode(NodePtr operand) : operand_(std::move(operand)) {}
  Value evaluate(Evaluation& e) const override;

 private:
  NodePtr operand_;
};

class ConditionalNode final : public Node {
 public:
  ConditionalNode(NodePtr condition, NodePtr then, NodePtr otherwise)
      : condition_(std::move(condition)), then_(std::move(then)), otherwise_(std::move(otherwise)) {}
  Value evaluate(Evaluation& e) const override;

 private:
  NodePtr condition_, then_, otherwise_;
};

/// == and !=.
class EqualNode final : public Node {
 public:
  EqualNode(NodePtr left, NodePtr right, bool negate)
      : left_(std::move(left)), right_(std::move(right)), negate_(negate) {}
  Value evaluate(Evaluation& e) const override;

 private:
  NodePtr left_, right_;
  bool negate_;
};

/// optional.or(optional), optional.orValue(value): the second is looked at only where it is needed.
class OptionalOrNode final : public Node {
 public:
  OptionalOrNode(NodePtr left, NodePtr right, bool value)
      : left_(std::move(left)), right_(std::move(right)), value_(value) {}
  Value evaluate(Evaluation& e) const override;

 private:
  NodePtr left_, right_;
  bool value_;
};

/// @not_strictly_false, which the conditions of all and exists are: an error does not end a fold.
class NotStrictlyFalseNode final : public Node {
 public:
  explicit NotStrictlyFalseNode(NodePtr operand) : operand_(std::move(operand)) {}
  Value evaluate(Evaluation& e) const override;

 private:
  NodePtr operand_;
};

/// A call of one of `overloads`: the first whose parameters fit the arguments.
class CallNode final : public Node {
 public:
  CallNode(std::vector<const Overload*> overloads, std::vector<NodePtr> args, RunCost cost);
  Value evaluate(Evaluation& e) const override;

 private:
  Value call(Evaluation& e, std::span<const Value> args) const;
  std::vector<const Overload*> overloads_;
  std::vector<NodePtr> args_;
  RunCost cost_;
};

/// matches, find and findAll with a pattern that is a literal.
class RegexNode final : public Node {
 public:
  RegexNode(const Overload& overload, std::vector<NodePtr> args, Regex regex, RunCost cost)
      : overload_(overload), args_(std::move(args)), regex_(std::move(regex)), cost_(cost) {}
  Value evaluate(Evaluation& e) const override;

 private:
  const Overload& overload_;
  std::vector<NodePtr> args_;
  Regex regex_;
  RunCost cost_;
};

/// value in [literals].
class InConstantsNode final : public Node {
 public:
  InConstantsNode(NodePtr value, std::span<const Value> items) : value_(std::move(value)), items_(items) {}
  Value evaluate(Evaluation& e) const override;

 private:
  NodePtr value_;
  std::span<const Value> items_;
};

class ListNode final : public Node {
 public:
  ListNode(std::vector<NodePtr> elements, std::vector<bool> optional)
      : elements_(std::move(elements)), optional_(std::move(optional)) {}
  Value evaluate(Evaluation& e) const override;

 private:
  std::vector<NodePtr> elements_;
  std::vector<bool> optional_;
};

class MapNode final : public Node {
 public:
  /// `entries`: key, value, key, value; `optional`: one an entry.
  MapNode(std::vector<NodePtr> entries, std::vector<bool> optional)
      : entries_(std::move(entries)), optional_(std::move(optional)) {}
  Value evaluate(Evaluation& e) const override;

 private:
  std::vector<NodePtr> entries_;
  std::vector<bool> optional_;
};

}  // namespace cel
