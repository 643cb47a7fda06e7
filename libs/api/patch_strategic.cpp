#include <algorithm>
#include <map>
#include <optional>
#include "api/patch.hpp"

/// Strategic merge patch. Source of the rules: Kubernetes community, "strategic-merge-patch" (directives and
/// list merging) and the API concepts page on patches.
namespace api {
namespace {

constexpr std::string_view directive = "$patch";
constexpr std::string_view retain_keys = "$retainKeys";
constexpr std::string_view delete_from = "$deleteFromPrimitiveList/";
constexpr std::string_view element_order = "$setElementOrder/";

StatusError wrong(std::string why) {
  return StatusError::bad_request(std::move(why));
}

const Type* member_type(const Type* t, std::string_view name, const Field** field) {
  *field = nullptr;
  if (!t) return nullptr;
  if (t->kind == Kind::map) return t->element;
  *field = t->kind == Kind::object ? t->field(name) : nullptr;
  return *field ? (*field)->type : nullptr;
}

bool merges(const Field* f) {
  return f && (static_cast<int>(f->patch_strategy) & static_cast<int>(PatchStrategy::merge)) != 0;
}

StatusOr<void> merge_object(Object& target, const Object& patch, const Type* type);

void erase(Object& o, std::string_view key) {
  if (const auto hit = o.find(key); hit != o.end()) o.stable_erase(hit);
}

/// A new value without what is only meaning for a merge: directives and nulls.
StatusOr<json::value> fresh(const json::value& v, const Type* type) {
  if (const auto* o = v.if_object()) {
    Object out;
    auto merged = merge_object(out, *o, type);
    if (!merged) return merged.error();
    return json::value(std::move(out));
  }
  if (const auto* a = v.if_array()) {
    json::array out;
    for (const auto& e : *a) {
      if (const auto* o = e.if_object(); o && o->contains(directive)) continue;
      auto element = fresh(e, type && type->kind == Kind::list ? type->element : nullptr);
      if (!element) return element.error();
      out.push_back(std::move(*element));
    }
    return json::value(std::move(out));
  }
  return v;
}

/// Where the element of `list` with the same merge key is.
std::optional<std::size_t> find_by_key(const json::array& list, std::string_view key,
                                       const json::value& wanted) {
  for (std::size_t i = 0; i < list.size(); ++i)
    if (const auto* o = list[i].if_object())
      if (const auto* v = o->if_contains(key); v && deep_equal(*v, wanted)) return i;
  return std::nullopt;
}

bool replaces_list(const json::array& patch) {
  return std::any_of(patch.begin(), patch.end(), [](const auto& e) {
    const auto* o = e.if_object();
    return o && get_string(*o, {directive}) == "replace";
  });
}

StatusOr<void> merge_element(json::array& list, const Object& change, const Field& field) {
  const auto* key = change.if_contains(field.patch_merge_key);
  const Type* element = field.type->element;
  if (!key) return wrong("map does not contain declared merge key: " + field.patch_merge_key);
  const auto at = find_by_key(list, field.patch_merge_key, *key);
  if (get_string(change, {directive}) == "delete") {
    if (at) list.erase(list.begin() + static_cast<std::ptrdiff_t>(*at));
    return {};
  }
  if (at) return merge_object(list[*at].get_object(), change, element);
  auto added = fresh(change, element);
  if (!added) return added.error();
  list.push_back(std::move(*added));
  return {};
}

void union_primitives(json::array& list, const json::array& patch) {
  for (const auto& v : patch)
    if (std::find(list.begin(), list.end(), v) == list.end()) list.push_back(v);
}

StatusOr<void> merge_list(json::value& target, const json::array& patch, const Field& field) {
  if (!target.is_array()) target.emplace_array();
  auto& list = target.get_array();
  if (replaces_list(patch)) {
    auto replaced = fresh(patch, field.type);
    if (!replaced) return replaced.error();
    target = std::move(*replaced);
    return {};
  }
  if (field.patch_merge_key.empty()) {
    union_primitives(list, patch);
    return {};
  }
  for (const auto& change : patch) {
    if (!change.is_object()) return wrong("expected an object in the list of a patch with a merge key");
    auto merged = merge_element(list, change.get_object(), field);
    if (!merged) return merged.error();
  }
  return {};
}

/// The value that orders an element: its merge key, or itself.
const json::value& order_key(const json::value& e, const Field& field) {
  const auto* o = e.if_object();
  const auto* v = o && !field.patch_merge_key.empty() ? o->if_contains(field.patch_merge_key) : nullptr;
  return v ? *v : e;
}

/// Elements named by the order come in that order; the others keep their place relative to the old list.
void reorder(json::array& list, const json::array& order, const json::array& old, const Field& field) {
  const auto index_in = [&](const json::array& where, const json::value& e) {
    const auto hit = std::find_if(where.begin(), where.end(), [&](const auto& w) {
      return deep_equal(order_key(w, field), order_key(e, field));
    });
    return hit == where.end() ? std::optional<std::ptrdiff_t>() : std::optional(hit - where.begin());
  };
  std::vector<json::value> named, others;
  for (auto& e : list)
    (index_in(order, e) ? named : others).push_back(std::move(e));
  std::stable_sort(named.begin(), named.end(),
                   [&](const auto& a, const auto& b) { return *index_in(order, a) < *index_in(order, b); });
  list.clear();
  auto n = named.begin();
  for (auto& other : others) {
    const auto place = index_in(old, other);
    while (n != named.end()) {
      const auto own = index_in(old, *n);
      if (own && place && *own > *place) break;
      list.push_back(std::move(*n++));
    }
    list.push_back(std::move(other));
  }
  for (; n != named.end(); ++n)
    list.push_back(std::move(*n));
}

StatusOr<void> apply_directive_key(Object& target, std::string_view key, const json::value& v,
                                   const Type* type, const Object& before) {
  const bool deletes = key.starts_with(delete_from);
  const auto name = key.substr(deletes ? delete_from.size() : element_order.size());
  const auto* values = v.if_array();
  if (!values) return wrong("invalid value for " + std::string(key) + ": a list is needed");
  auto* member = target.if_contains(name);
  if (!member || !member->is_array()) return {};
  auto& list = member->get_array();
  if (deletes) {
    list.erase(std::remove_if(list.begin(), list.end(),
                              [&](const auto& e) {
                                return std::find(values->begin(), values->end(), e) != values->end();
                              }),
               list.end());
    return {};
  }
  const Field* field = nullptr;
  member_type(type, name, &field);
  const auto* old = get_array(before, {name});
  static const json::array none;
  static const Field plain;
  reorder(list, *values, old ? *old : none, field ? *field : plain);
  return {};
}

StatusOr<void> merge_member(Object& target, std::string_view key, const json::value& change,
                            const Type* type) {
  if (change.is_null()) {
    erase(target, key);
    return {};
  }
  const Field* field = nullptr;
  const Type* inner = member_type(type, key, &field);
  auto* old = target.if_contains(key);
  const bool replace = field && field->patch_strategy == PatchStrategy::replace;
  if (change.is_object() && old && old->is_object() && !replace)
    return merge_object(old->get_object(), change.get_object(), inner);
  if (change.is_array() && merges(field)) return merge_list(target[key], change.get_array(), *field);
  auto value = fresh(change, inner);
  if (!value) return value.error();
  target[key] = std::move(*value);
  return {};
}

bool is_directive(std::string_view key) {
  return key == directive || key == retain_keys || key.starts_with(delete_from) ||
         key.starts_with(element_order);
}

StatusOr<void> keep_only(Object& target, const json::value& keys) {
  const auto* list = keys.if_array();
  if (!list) return wrong("invalid value for $retainKeys: a list is needed");
  for (auto it = target.begin(); it != target.end();) {
    const bool kept = std::find(list->begin(), list->end(), json::value(it->key())) != list->end();
    if (kept)
      ++it;
    else
      it = target.stable_erase(it);
  }
  return {};
}

StatusOr<void> merge_object(Object& target, const Object& patch, const Type* type) {
  const auto how = get_string(patch, {directive});
  if (patch.contains(directive) && how != "replace" && how != "delete" && how != "merge")
    return wrong("Unknown patch type found: " + std::string(how));
  if (how == "delete" || how == "replace") target.clear();
  if (how == "delete") return {};
  const Object before = target;
  for (const auto& [key, change] : patch) {
    if (is_directive(key)) continue;
    auto merged = merge_member(target, key, change, type);
    if (!merged) return merged.error();
  }
  for (const auto& [key, value] : patch) {
    if (!is_directive(key) || std::string_view(key) == directive) continue;
    auto applied = std::string_view(key) == retain_keys
                       ? keep_only(target, value)
                       : apply_directive_key(target, key, value, type, before);
    if (!applied) return applied.error();
  }
  return {};
}

}  // namespace

StatusOr<json::value> apply_strategic_merge_patch(json::value document, const json::value& patch,
                                                  const Type& type) {
  if (!patch.is_object() || !document.is_object())
    return wrong("error decoding patch: a strategic merge patch is an object");
  auto merged = merge_object(document.get_object(), patch.get_object(), &type);
  if (!merged) return merged.error();
  return document;
}

}  // namespace api
