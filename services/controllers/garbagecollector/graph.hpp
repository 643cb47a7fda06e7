#pragma once
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>
#include "api/types/meta_v1.hpp"
#include "controllers/garbagecollector/absent_owners.hpp"
#include "controllers/garbagecollector/identity.hpp"

namespace controllers::garbagecollector {

using api::meta::v1::ObjectMeta;

inline constexpr const char* orphan_finalizer = "orphan";
inline constexpr const char* foreground_finalizer = "foregroundDeletion";

/// An owner as an object refers to it. What it says of the owner may be wrong but for the uid.
struct Reference {
  const Kind* kind = nullptr;
  std::string name, uid;
  bool blocks = false;  ///< blockOwnerDeletion.
};

struct Node;
struct ByUid {
  bool operator()(const Node* a, const Node* b) const noexcept;
};
/// An object, or what others say is their owner.
struct Node {
  Identity id;
  std::vector<Reference> owners;
  std::set<Node*, ByUid> dependents;  ///< Nodes whose `owners` name this one.
  bool observed = false;              ///< Seen by an informer; else known from dependents only (virtual).
  bool being_deleted = false;
  bool deleting_dependents = false;  ///< Being deleted in the foreground: waits for dependents that block.
  bool orphaning = false;            ///< Being deleted, and waits for its dependents to be let go.
};

/// What the changes so far make necessary; uids, each once. The graph may lag behind the server, so nobody
/// acts on it without asking the server.
struct Work {
  std::set<std::string> attempt;  ///< May have lost its last owner, or may go on with its own deletion.
  std::set<std::string> verify;   ///< Known from dependents only: does it exist?
  std::set<std::string> orphan;   ///< Let its dependents go.
  struct Misplaced {
    Identity dependent;
    Reference owner;
  };
  std::vector<Misplaced> misplaced;  ///< Owners in another namespace than the object that names them.
};

/// Who owns whom, of all objects there are. Belongs to one strand, no I/O. Source: the garbage collection
/// design of kubernetes/design-proposals-archive and upstream's treatment of references that lie about their
/// owner (kind, name or namespace).
class Graph {
 public:
  /// An informer shows an object, new or changed.
  void observe(const Kind* kind, const ObjectMeta& meta);
  /// An informer says that it is gone.
  void forget(const std::string& uid);
  /// The server says that there is no object of that identity (or that it has another uid).
  void absent(const Identity& id);
  /// Every observed object of `kind` that is not in `uids`, after a list, is gone.
  void keep_only(const Kind* kind, const std::set<std::string>& uids);

  const Node* find(const std::string& uid) const noexcept;
  std::size_t size() const noexcept { return nodes_.size(); }
  Kinds& kinds() noexcept { return kinds_; }
  AbsentOwners& absent_owners() noexcept { return absent_owners_; }
  Work take_work() { return std::exchange(work_, {}); }

 private:
  Node* node(std::string_view uid) noexcept;
  Node& insert(Identity id);
  void confirm(Node& node, Identity observed);
  void replace_owners(Node& node, std::vector<Reference> owners);
  void link(Node& dependent, const std::vector<Reference>& owners);
  void unlink(Node& dependent, const std::vector<Reference>& owners);
  void note_unblocked(const std::vector<Reference>& before, const std::vector<Reference>& now);
  void note_transitions(Node& node, const ObjectMeta& meta);
  void remove(Node& node);
  bool outvoted(Node& node, const Identity& absent);

  Kinds kinds_;
  AbsentOwners absent_owners_;
  std::unordered_map<std::string_view, std::unique_ptr<Node>> nodes_;  ///< The key is the node's own uid.
  Work work_;
};

/// The dependents of `node` that name it as `id` has it, and those that name it otherwise (or both).
struct Opinions {
  std::vector<Node*> agree, disagree;
};
Opinions opinions_on(const Node& node, const Identity& id);

/// The dependents that must be gone before `node` may go.
std::vector<const Node*> blocking_dependents(const Node& node);

}  // namespace controllers::garbagecollector
