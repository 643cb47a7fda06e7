#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>
#include "api/patch.hpp"
#include "api/selector.hpp"
#include "api/status.hpp"
#include "client/rest.hpp"

namespace client::testing {

/// One change, as a watch sees it. `old` is null for the first state of an object.
struct Change {
  std::int64_t revision = 0;
  std::string type;   ///< ADDED, MODIFIED, DELETED.
  std::string table;  ///< "group/resource".
  boost::json::value old, now;
};

/// The objects of a fake API server and their history: what an apiserver does to an object on its way to the
/// store, as far as components rely on it. No defaulting, no validation. Synchronous and without a thread of
/// its own.
///
/// Kept: names from generateName, uid, creationTimestamp, generation, resourceVersion and its conflicts;
/// status apart from the rest where the resource has a status subresource; deletion with finalizers and
/// propagation policies; graceful deletion of pods that are bound to a node; pods/binding.
class ObjectTracker {
 public:
  using Value = boost::json::value;
  api::StatusOr<Value> get(const api::ResourceInfo& r, const std::string& ns, const std::string& name) const;
  std::vector<Value> list(const api::ResourceInfo& r, const std::string& ns) const;
  api::StatusOr<Value> create(const api::ResourceInfo& r, const std::string& ns, Value body);
  api::StatusOr<Value> update(const api::ResourceInfo& r, const std::string& ns, const std::string& name,
                              const std::string& subresource, Value body);
  api::StatusOr<Value> patch(const api::ResourceInfo& r, const std::string& ns, const std::string& name,
                             const std::string& subresource, PatchType type, const Value& body);
  api::StatusOr<Value> bind(const std::string& ns, const std::string& name, const Value& binding);
  api::StatusOr<void> remove(const api::ResourceInfo& r, const std::string& ns, const std::string& name,
                             const DeleteOptions& o);

  /// Sets an object as given, whatever was there; only the resourceVersion is made. For the arrangement of a
  /// test.
  Value put(const api::ResourceInfo& r, Value object);

  std::int64_t revision() const noexcept { return revision_; }
  /// Every change after `forget_history` was last called, oldest first.
  const std::vector<Change>& history() const noexcept { return history_; }
  std::int64_t oldest() const noexcept { return oldest_; }
  void forget_history();
  /// Called after each change.
  std::function<void()> on_change;

  static std::string table_of(const api::ResourceInfo& r) { return r.group + "/" + r.resource; }

 private:
  using Table = std::map<std::string, Value>;
  Value* find(const api::ResourceInfo& r, const std::string& ns, const std::string& name);
  const Value* find(const api::ResourceInfo& r, const std::string& ns, const std::string& name) const;
  Value store(const api::ResourceInfo& r, Value object);
  void erase(const api::ResourceInfo& r, const std::string& key);

  std::map<std::string, Table> tables_;
  std::vector<Change> history_;
  std::int64_t revision_ = 1, oldest_ = 1;
};

/// Whether an object is among those a list or watch with these selectors wants. Fields are found by their
/// path.
class ObjectFilter {
 public:
  /// Errors: 400 BadRequest for a selector that does not parse.
  static api::StatusOr<ObjectFilter> make(std::string ns, const std::string& labels,
                                          const std::string& fields);
  bool matches(const boost::json::value& object) const;

 private:
  std::string ns_;
  api::LabelSelector labels_;
  api::FieldSelector fields_;
};

}  // namespace client::testing
