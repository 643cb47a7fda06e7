#pragma once
#include <boost/json/object.hpp>
#include <functional>
#include <span>
#include <vector>
#include "api/apply/path.hpp"

namespace api::apply {

/// A set of paths as a trie. A field's parents are not in it by themselves. Kept sorted, without nodes that
/// neither are members nor have any below them.
class FieldSet {
 public:
  struct Node;

  FieldSet() = default;
  FieldSet(std::initializer_list<Path> paths);

  bool empty() const noexcept { return nodes_.empty(); }
  std::size_t size() const noexcept;  ///< Number of members.
  void insert(std::span<const PathElement> path);
  bool has(std::span<const PathElement> path) const noexcept;
  const Node* find(const PathElement& element) const noexcept;
  /// What is below `element`, or an empty set.
  const FieldSet& below(const PathElement& element) const noexcept;
  std::span<const Node> nodes() const noexcept { return nodes_; }
  /// Adds a node, unless it would stand for nothing. Call `sort` when done, where they came in any order.
  void append(PathElement element, bool member, FieldSet children);
  void sort();
  void reserve(std::size_t n);
  /// Takes the members of `other` out; see `subtract`.
  void remove(const FieldSet& other);
  /// Every member: those of a level before what is below them.
  void each(const std::function<void(const Path&)>& visit) const;

  bool operator==(const FieldSet& other) const noexcept;

 private:
  void each_from(Path& prefix, const std::function<void(const Path&)>& visit) const;
  std::vector<Node> nodes_;
};

struct FieldSet::Node {
  PathElement element;
  bool member = false;
  FieldSet children;
  bool operator==(const Node&) const noexcept = default;
};

FieldSet unite(FieldSet a, FieldSet b);
FieldSet intersect(const FieldSet& a, const FieldSet& b);
/// The members of `a` that are not in `b`; a member's children do not go with it.
FieldSet subtract(FieldSet a, const FieldSet& b);
/// The same, but what is below a member of `b` goes too.
FieldSet subtract_with_children(const FieldSet& a, const FieldSet& b);
/// Only the members that have none below them.
FieldSet leaves(const FieldSet& set);

/// The FieldsV1 form: {"f:spec":{"f:replicas":{}}}; "." marks a member that has others below it.
boost::json::object to_fields_v1(const FieldSet& set);
/// Elements of an unknown kind are left out. Error: invalid_argument.
base::Result<FieldSet> from_fields_v1(const boost::json::value& fields);

}  // namespace api::apply
