#include "controllers/garbagecollector/graph.hpp"
#include <algorithm>
#include <utility>
#include "base/assert.hpp"

namespace controllers::garbagecollector {
namespace {

bool has(const std::vector<std::string>& list, std::string_view what) noexcept {
  return std::find(list.begin(), list.end(), what) != list.end();
}

bool same(const Reference& a, const Reference& b) noexcept {
  return a.uid == b.uid && a.kind == b.kind && a.name == b.name;
}

/// What is in `of` and not, by uid, in `without`.
std::vector<Reference> difference(const std::vector<Reference>& of, const std::vector<Reference>& without) {
  std::vector<Reference> out;
  for (const auto& r : of)
    if (std::none_of(without.begin(), without.end(), [&](const Reference& o) { return o.uid == r.uid; }))
      out.push_back(r);
  return out;
}

/// Where `dependent` says that its owner is.
Identity named(const Reference& owner, const Node& dependent) {
  const bool cluster_scoped = owner.kind->namespaced == false;
  return {owner.kind, cluster_scoped ? std::string() : dependent.id.ns, owner.name, owner.uid};
}

}  // namespace

bool ByUid::operator()(const Node* a, const Node* b) const noexcept {
  return a->id.uid < b->id.uid;
}

const Node* Graph::find(const std::string& uid) const noexcept {
  const auto it = nodes_.find(uid);
  return it == nodes_.end() ? nullptr : it->second.get();
}

Node* Graph::node(std::string_view uid) noexcept {
  const auto it = nodes_.find(uid);
  return it == nodes_.end() ? nullptr : it->second.get();
}

Node& Graph::insert(Identity id) {
  auto fresh = std::make_unique<Node>();
  fresh->id = std::move(id);
  auto& out = *fresh;
  const bool added = nodes_.emplace(std::string_view(out.id.uid), std::move(fresh)).second;
  COX_ASSERT(added, "one node a uid");
  return out;
}

void Graph::observe(const Kind* kind, const ObjectMeta& meta) {
  if (meta.uid.empty()) return;
  Identity id{kind, meta.namespace_, meta.name, meta.uid};
  auto* found = node(meta.uid);
  auto& n = found ? *found : insert(id);
  if (!n.observed) confirm(n, std::move(id));
  std::vector<Reference> owners;
  owners.reserve(meta.owner_references.size());
  for (const auto& r : meta.owner_references)
    owners.push_back(
        {kinds_.get(r.api_version, r.kind), r.name, r.uid, r.block_owner_deletion.value_or(false)});
  replace_owners(n, std::move(owners));
  note_transitions(n, meta);
}

/// A node of which only dependents spoke shows itself. Those that have it wrong may name nobody.
void Graph::confirm(Node& node, Identity observed) {
  node.observed = true;
  if (node.id == observed) return;
  for (auto* dependent : opinions_on(node, observed).disagree) {
    work_.attempt.insert(dependent->id.uid);
    if (observed.ns.empty() || dependent->id.ns == observed.ns) continue;
    for (const auto& owner : dependent->owners)
      if (owner.uid == observed.uid) work_.misplaced.push_back({dependent->id, owner});
  }
  // The uid stays where it is: it is the key.
  node.id.kind = observed.kind;
  node.id.ns = std::move(observed.ns);
  node.id.name = std::move(observed.name);
}

void Graph::replace_owners(Node& node, std::vector<Reference> owners) {
  const auto added = difference(owners, node.owners), removed = difference(node.owners, owners);
  note_unblocked(node.owners, owners);
  // A reference that now says something else of the same owner is looked at like a new one.
  std::vector<Reference> changed;
  for (const auto& r : owners)
    for (const auto& old : node.owners)
      if (old.uid == r.uid && !same(old, r)) changed.push_back(r);
  node.owners = std::move(owners);
  unlink(node, removed);
  link(node, added);
  link(node, changed);
}

void Graph::link(Node& dependent, const std::vector<Reference>& owners) {
  bool doubtful = false;
  for (const auto& r : owners) {
    auto* owner = node(r.uid);
    if (!owner) {
      owner = &insert(named(r, dependent));
      work_.verify.insert(r.uid);
    } else {
      const bool misplaced = !owner->id.ns.empty() && owner->id.ns != dependent.id.ns;
      if (misplaced && owner->observed) work_.misplaced.push_back({dependent.id, r});
      doubtful = doubtful || misplaced || owner->id.kind != r.kind || owner->id.name != r.name;
    }
    owner->dependents.insert(&dependent);
  }
  if (doubtful) work_.attempt.insert(dependent.id.uid);
}

void Graph::unlink(Node& dependent, const std::vector<Reference>& owners) {
  for (const auto& r : owners)
    if (auto* owner = node(r.uid)) owner->dependents.erase(&dependent);
}

/// An owner that waits for its dependents may go on when one of them no longer blocks it.
void Graph::note_unblocked(const std::vector<Reference>& before, const std::vector<Reference>& now) {
  for (const auto& old : before) {
    if (!old.blocks) continue;
    const bool blocks_still =
        std::any_of(now.begin(), now.end(), [&](const Reference& r) { return r.uid == old.uid && r.blocks; });
    if (!blocks_still && node(old.uid)) work_.attempt.insert(old.uid);
  }
}

void Graph::note_transitions(Node& node, const ObjectMeta& meta) {
  const bool was_deleting_dependents = std::exchange(
      node.deleting_dependents, meta.deletion_timestamp && has(meta.finalizers, foreground_finalizer));
  const bool was_orphaning =
      std::exchange(node.orphaning, meta.deletion_timestamp && has(meta.finalizers, orphan_finalizer));
  node.being_deleted = meta.deletion_timestamp.has_value();
  if (node.orphaning && !was_orphaning) {
    work_.orphan.insert(node.id.uid);
    return;
  }
  if (!node.deleting_dependents || was_deleting_dependents) return;
  for (const auto* dependent : node.dependents)
    work_.attempt.insert(dependent->id.uid);
  work_.attempt.insert(node.id.uid);
}

void Graph::forget(const std::string& uid) {
  if (auto* found = node(uid)) remove(*found);
}

void Graph::remove(Node& node) {
  if (!node.dependents.empty()) absent_owners_.add(node.id);
  for (const auto* dependent : node.dependents)
    work_.attempt.insert(dependent->id.uid);
  unlink(node, node.owners);
  for (const auto& r : node.owners)
    if (const auto* owner = this->node(r.uid); owner && owner->deleting_dependents)
      work_.attempt.insert(r.uid);
  nodes_.erase(nodes_.find(node.id.uid));
}

void Graph::absent(const Identity& id) {
  auto* found = node(id.uid);
  if (!found) return;
  if (found->observed ? found->id != id : outvoted(*found, id)) {
    const auto wrong = opinions_on(*found, id).agree;
    if (!wrong.empty()) absent_owners_.add(id);
    for (const auto* dependent : wrong)
      work_.attempt.insert(dependent->id.uid);
    return;
  }
  remove(*found);
}

/// Some dependents of a virtual node say it is elsewhere than where it was looked for: it is kept, and looked
/// for there, one place after the other.
bool Graph::outvoted(Node& node, const Identity& absent) {
  std::set<Identity> elsewhere;
  for (const auto* dependent : opinions_on(node, absent).disagree)
    for (const auto& r : dependent->owners) {
      auto place = named(r, *dependent);
      if (r.uid == absent.uid && !(place == absent) && !absent_owners_.contains(place))
        elsewhere.insert(std::move(place));
    }
  if (elsewhere.empty()) return false;
  if (node.id == absent) {
    auto next = elsewhere.upper_bound(absent);
    if (next == elsewhere.end()) next = elsewhere.begin();
    node.id.kind = next->kind;
    node.id.ns = next->ns;
    node.id.name = next->name;
  }
  work_.verify.insert(node.id.uid);
  return true;
}

void Graph::keep_only(const Kind* kind, const std::set<std::string>& uids) {
  std::vector<std::string> gone;
  for (const auto& [uid, node] : nodes_)
    if (node->observed && node->id.kind == kind && !uids.contains(node->id.uid)) gone.emplace_back(uid);
  std::sort(gone.begin(), gone.end());
  for (const auto& uid : gone)
    forget(uid);
}

Opinions opinions_on(const Node& node, const Identity& id) {
  Opinions out;
  for (auto* dependent : node.dependents) {
    bool agrees = false, disagrees = false;
    for (const auto& r : dependent->owners) {
      if (r.uid != id.uid) continue;
      const bool right =
          r.kind == id.kind && r.name == id.name && (id.ns.empty() || dependent->id.ns == id.ns);
      (right ? agrees : disagrees) = true;
    }
    if (agrees) out.agree.push_back(dependent);
    if (disagrees) out.disagree.push_back(dependent);
  }
  return out;
}

std::vector<const Node*> blocking_dependents(const Node& node) {
  std::vector<const Node*> out;
  for (const auto* dependent : node.dependents)
    if (std::any_of(dependent->owners.begin(), dependent->owners.end(),
                    [&](const Reference& r) { return r.uid == node.id.uid && r.blocks; }))
      out.push_back(dependent);
  return out;
}

}  // namespace controllers::garbagecollector
