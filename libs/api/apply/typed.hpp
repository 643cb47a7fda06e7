#pragma once
#include <string>
#include <vector>
#include "api/apply/field_set.hpp"
#include "api/apply/shape.hpp"
#include "api/object.hpp"

/// What server-side apply does with objects and their schema: merge, compare, remove. Pure.
/// Source: structured-merge-diff, package typed.
namespace api::apply {

/// What is wrong with an object by its schema: ".spec.foo: field not declared in schema". Empty: nothing.
/// Items with the same key are wrong unless `allow_duplicates`.
std::string validate(const Object& object, const Shape& shape, bool allow_duplicates = false);

/// Every leaf and every item of the object. Pre: `validate` found nothing, duplicates allowed.
FieldSet fields_of(const Object& object, const Shape& shape);

/// A field is in one of them at most.
struct Comparison {
  FieldSet added, modified, removed;
  bool same() const noexcept { return added.empty() && modified.empty() && removed.empty(); }
};
/// What `after` did to `before`. Error: invalid_argument (an item without its keys).
base::Result<Comparison> compare(const Object& before, const Object& after, const Shape& shape);

/// `live` with what `config` says: its leaves win, items are merged by key, nothing is removed. Order of
/// items: as in `config` where it has any, the others stay beside their neighbours. Error: invalid_argument.
base::Result<Object> merge(const Object& live, const Object& config, const Shape& shape);

/// Without the fields and items in `fields`. What becomes empty by it becomes null.
Object remove_items(const Object& object, const FieldSet& fields, const Shape& shape);
/// Nothing but the fields and items in `fields`.
Object extract_items(const Object& object, const FieldSet& fields, const Shape& shape);

/// With the named fields on the way to members as members too (not the keys of maps, nor items).
FieldSet with_named_fields(const FieldSet& set, const Shape& shape);

/// A set written under another schema: what has become atomic meanwhile is owned as a whole.
FieldSet reconcile(const FieldSet& set, const Shape& shape);

}  // namespace api::apply
