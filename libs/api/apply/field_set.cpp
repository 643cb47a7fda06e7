#include "api/apply/field_set.hpp"
#include <algorithm>

namespace api::apply {
namespace {

const FieldSet none;

bool before(const FieldSet::Node& node, const PathElement& element) noexcept {
  return compare(node.element, element) < 0;
}

/// Calls `take(a's node or null, b's node or null)` for every element of either, in order.
template <class Take>
void zip(const FieldSet& a, const FieldSet& b, Take take) {
  auto left = a.nodes(), right = b.nodes();
  while (!left.empty() || !right.empty()) {
    const int order = left.empty()    ? 1
                      : right.empty() ? -1
                                      : compare(left.front().element, right.front().element);
    take(order <= 0 ? &left.front() : nullptr, order >= 0 ? &right.front() : nullptr);
    if (order <= 0) left = left.subspan(1);
    if (order >= 0) right = right.subspan(1);
  }
}

}  // namespace

FieldSet::FieldSet(std::initializer_list<Path> paths) {
  for (const auto& path : paths)
    insert(path);
}

std::size_t FieldSet::size() const noexcept {
  std::size_t n = 0;
  for (const auto& node : nodes_)
    n += node.member + node.children.size();
  return n;
}

void FieldSet::insert(std::span<const PathElement> path) {
  if (path.empty()) return;  // The whole object belongs to nobody.
  auto at = std::lower_bound(nodes_.begin(), nodes_.end(), path.front(), before);
  if (at == nodes_.end() || !(at->element == path.front()))
    at = nodes_.insert(at, Node{path.front(), false, {}});
  if (path.size() == 1)
    at->member = true;
  else
    at->children.insert(path.subspan(1));
}

const FieldSet::Node* FieldSet::find(const PathElement& element) const noexcept {
  const auto at = std::lower_bound(nodes_.begin(), nodes_.end(), element, before);
  return at != nodes_.end() && at->element == element ? &*at : nullptr;
}

bool FieldSet::has(std::span<const PathElement> path) const noexcept {
  if (path.empty()) return false;
  const auto* node = find(path.front());
  if (!node) return false;
  return path.size() == 1 ? node->member : node->children.has(path.subspan(1));
}

const FieldSet& FieldSet::below(const PathElement& element) const noexcept {
  const auto* node = find(element);
  return node ? node->children : none;
}

void FieldSet::append(PathElement element, bool member, FieldSet children) {
  if (member || !children.empty()) nodes_.push_back({std::move(element), member, std::move(children)});
}

void FieldSet::sort() {
  const auto less = [](const Node& a, const Node& b) { return compare(a.element, b.element) < 0; };
  if (!std::is_sorted(nodes_.begin(), nodes_.end(), less)) std::sort(nodes_.begin(), nodes_.end(), less);
  // One element twice (a list's item that changed its form): they are one node.
  for (std::size_t i = 1; i < nodes_.size();)
    if (nodes_[i - 1].element == nodes_[i].element) {
      nodes_[i - 1].member |= nodes_[i].member;
      nodes_[i - 1].children = unite(nodes_[i - 1].children, nodes_[i].children);
      nodes_.erase(nodes_.begin() + static_cast<std::ptrdiff_t>(i));
    } else {
      ++i;
    }
}

void FieldSet::reserve(std::size_t n) {
  nodes_.reserve(n);
}

void FieldSet::remove(const FieldSet& other) {
  auto theirs = other.nodes();
  for (auto& node : nodes_) {
    while (!theirs.empty() && compare(theirs.front().element, node.element) < 0)
      theirs = theirs.subspan(1);
    if (theirs.empty()) break;
    if (!(theirs.front().element == node.element)) continue;
    node.member = node.member && !theirs.front().member;
    node.children.remove(theirs.front().children);
  }
  std::erase_if(nodes_, [](const Node& node) { return !node.member && node.children.empty(); });
}

void FieldSet::each_from(Path& prefix, const std::function<void(const Path&)>& visit) const {
  for (const auto& node : nodes_) {
    if (!node.member) continue;
    prefix.push_back(node.element);
    visit(prefix);
    prefix.pop_back();
  }
  for (const auto& node : nodes_) {
    if (node.children.empty()) continue;
    prefix.push_back(node.element);
    node.children.each_from(prefix, visit);
    prefix.pop_back();
  }
}

void FieldSet::each(const std::function<void(const Path&)>& visit) const {
  Path prefix;
  each_from(prefix, visit);
}

bool FieldSet::operator==(const FieldSet& other) const noexcept {
  return nodes_ == other.nodes_;
}

FieldSet unite(FieldSet a, FieldSet b) {
  if (a.empty()) return b;
  if (b.empty()) return a;
  FieldSet out;
  out.reserve(std::max(a.nodes().size(), b.nodes().size()));
  zip(a, b, [&](const FieldSet::Node* l, const FieldSet::Node* r) {
    if (l && r)
      out.append(l->element, l->member || r->member, unite(l->children, r->children));
    else
      out.append((l ? l : r)->element, (l ? l : r)->member, (l ? l : r)->children);
  });
  return out;
}

FieldSet intersect(const FieldSet& a, const FieldSet& b) {
  FieldSet out;
  zip(a, b, [&](const FieldSet::Node* l, const FieldSet::Node* r) {
    if (l && r) out.append(l->element, l->member && r->member, intersect(l->children, r->children));
  });
  return out;
}

FieldSet subtract(FieldSet a, const FieldSet& b) {
  a.remove(b);
  return a;
}

FieldSet subtract_with_children(const FieldSet& a, const FieldSet& b) {
  if (b.empty()) return a;
  FieldSet out;
  zip(a, b, [&](const FieldSet::Node* l, const FieldSet::Node* r) {
    if (!l || (r && r->member)) return;
    if (r)
      out.append(l->element, l->member, subtract_with_children(l->children, r->children));
    else
      out.append(l->element, l->member, l->children);
  });
  return out;
}

FieldSet leaves(const FieldSet& set) {
  FieldSet out;
  for (const auto& node : set.nodes())
    out.append(node.element, node.member && node.children.empty(), leaves(node.children));
  return out;
}

}  // namespace api::apply
