#pragma once
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <map>
#include <optional>
#include <string>
#include "cel/schema.hpp"

/// Which old value a value of an updated object corresponds to, and whether it is as it was.
namespace cel {

/// The old items of a list with x-kubernetes-list-type: map, by their keys. Empty for other lists.
class KeyedItems {
 public:
  KeyedItems(const json::array* old_items, const Schema& list);
  /// The old item with the keys of `item`; null if there is none.
  const json::value* find(const json::value& item) const;

 private:
  std::optional<std::string> key(const json::value& item) const;
  const Schema& list_;
  std::map<std::string, const json::value*> items_;  ///< The first where keys are the same.
};

/// A value and the old one it corresponds to. Lives on the stack while the tree is walked; equality is found
/// once.
class Correlation {
 public:
  Correlation(const json::value& now, const json::value& old, const Schema& schema)
      : now_(&now), old_(&old), now_object_(now.if_object()), old_object_(old.if_object()), schema_(schema) {}
  Correlation(const json::object& now, const json::object& old, const Schema& schema)
      : now_object_(&now), old_object_(&old), schema_(schema) {}
  bool unchanged() const;
  /// The correlation of a member that both have; nothing if there is none.
  std::optional<Correlation> member(std::string_view name) const;
  /// That of an item with the old item it corresponds to, or null.
  std::optional<Correlation> item(const json::value& now, const json::value* old) const;

 private:
  const json::value* now_ = nullptr;  ///< Null for whole documents, which are objects.
  const json::value* old_ = nullptr;
  const json::object* now_object_;  ///< Null where the value is none.
  const json::object* old_object_;
  const Schema& schema_;
  mutable std::optional<bool> unchanged_;
};

}  // namespace cel
