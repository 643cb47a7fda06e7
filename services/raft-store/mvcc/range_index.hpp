#pragma once
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include "raft-store/mvcc/interval.hpp"

namespace raft_store::mvcc {

/// Distinct key ranges, each with a T, and the question which of them hold a key: O(log n) and the answers.
/// An interval tree: a treap by (begin, end), each node with the furthest end below it.
template <class T>
class RangeIndex {
 public:
  /// The T of the range, made if it is new. Valid until it is erased.
  T& at(const Interval& range) {
    const Node key = node_of(range);
    if (Node* found = find(root_.get(), key)) return found->value;
    auto made = std::make_unique<Node>(node_of(range));
    made->priority = next_priority();
    made->update();
    T& value = made->value;
    root_ = insert(std::move(root_), std::move(made));
    ++size_;
    return value;
  }
  void erase(const Interval& range) {
    const Node key = node_of(range);
    if (!find(root_.get(), key)) return;
    root_ = erase(std::move(root_), key);
    --size_;
  }
  template <class Visit>
  void visit(std::string_view key, const Visit& visit) {
    descend(root_.get(), key, visit);
  }
  std::size_t size() const noexcept { return size_; }

 private:
  struct Node;
  using NodePtr = std::unique_ptr<Node>;
  /// Exclusive; none: everything after `begin`.
  using End = std::optional<std::string>;
  static bool less(const End& a, const End& b) { return a && (!b || *a < *b); }

  struct Node {
    std::string begin;
    End end, furthest;  ///< furthest: of this node and all below it.
    unsigned priority = 0;
    T value{};
    NodePtr left, right;

    bool before(const Node& other) const {
      return begin != other.begin ? begin < other.begin : less(end, other.end);
    }
    void update() {
      furthest = end;
      for (const Node* child : {left.get(), right.get()})
        if (child && less(furthest, child->furthest)) furthest = child->furthest;
    }
  };

  static Node node_of(const Interval& range) {
    Node node;
    node.begin = range.key;
    if (range.single())
      node.end = std::string(range.key) + '\0';
    else if (!range.unbounded())
      node.end = std::string(range.range_end);
    return node;
  }
  static Node* find(Node* at, const Node& key) {
    while (at && (key.before(*at) || at->before(key)))
      at = key.before(*at) ? at->left.get() : at->right.get();
    return at;
  }
  /// The lower one goes below the one with the higher priority.
  static NodePtr merge(NodePtr a, NodePtr b) {
    if (!a) return b;
    if (!b) return a;
    if (a->priority > b->priority) {
      a->right = merge(std::move(a->right), std::move(b));
      a->update();
      return a;
    }
    b->left = merge(std::move(a), std::move(b->left));
    b->update();
    return b;
  }
  static void split(NodePtr at, const Node& key, NodePtr& below, NodePtr& above) {
    if (!at) {
      below.reset();
      above.reset();
    } else if (at->before(key)) {
      NodePtr right = std::move(at->right);
      split(std::move(right), key, at->right, above);
      at->update();
      below = std::move(at);
    } else {
      NodePtr left = std::move(at->left);
      split(std::move(left), key, below, at->left);
      at->update();
      above = std::move(at);
    }
  }
  static NodePtr insert(NodePtr root, NodePtr node) {
    NodePtr below, above;
    split(std::move(root), *node, below, above);
    return merge(merge(std::move(below), std::move(node)), std::move(above));
  }
  static NodePtr erase(NodePtr at, const Node& key) {
    if (!key.before(*at) && !at->before(key)) return merge(std::move(at->left), std::move(at->right));
    NodePtr& side = key.before(*at) ? at->left : at->right;
    side = erase(std::move(side), key);
    at->update();
    return at;
  }
  template <class Visit>
  static void descend(Node* at, std::string_view key, const Visit& visit) {
    while (at) {
      if (at->furthest && key >= *at->furthest) return;  // All below end before the key.
      descend(at->left.get(), key, visit);
      if (key < at->begin) return;
      if (!at->end || key < *at->end) visit(at->value);
      at = at->right.get();
    }
  }
  /// Only the tree's shape depends on it. A linear congruential generator (Knuth's constants).
  unsigned next_priority() {
    random_ = random_ * 6364136223846793005ULL + 1442695040888963407ULL;
    return static_cast<unsigned>(random_ >> 33);
  }

  NodePtr root_;
  std::size_t size_ = 0;
  unsigned long long random_ = 1;
};

}  // namespace raft_store::mvcc
