#include <optional>
#include "api/apply/typed.hpp"

namespace api::apply {
namespace {

using Form = Shape::Form;
enum class Keep { others, only_these };

json::value visit(const json::value& v, const FieldSet& fields, const Shape& shape, Keep keep);

bool is_empty(const json::value& v) {
  if (const auto* list = v.if_array()) return list->empty();
  if (const auto* map = v.if_object()) return map->empty();
  return true;
}

json::value items(const json::array& list, const FieldSet& fields, const Shape& shape, Keep keep) {
  json::array out;
  for (const auto& item : list) {
    const auto element = shape.element_of(item);
    const auto* node = element ? fields.find(*element) : nullptr;
    const bool named = node && node->member, below = node && !node->children.empty();
    if (keep == Keep::others ? named : !node) continue;
    out.push_back(below ? visit(item, node->children, shape.element(), keep) : item);
  }
  if (out.empty()) return {};
  return out;
}

json::value members(const Object& object, const FieldSet& fields, const Shape& shape, Keep keep) {
  Object out;
  out.reserve(object.size());
  for (const auto& [name, value] : object) {
    const auto place = shape.member(name);
    const auto* node = fields.find(PathElement::field(name));
    if (node && node->member) {
      const bool part = place && !node->children.empty();
      if (keep == Keep::only_these) out[name] = part ? visit(value, node->children, *place, keep) : value;
      continue;
    }
    if (node)
      out[name] = place ? visit(value, node->children, *place, keep) : value;
    else if (keep == Keep::others)
      out[name] = value;
  }
  if (out.empty()) return {};
  return out;
}

json::value visit(const json::value& v, const FieldSet& fields, const Shape& shape, Keep keep) {
  const auto form = shape.form(v);
  if (form == Form::scalar) return v;
  const bool fits = form == Form::list ? v.is_array() : v.is_object();
  if (!fits) return {};
  if (is_empty(v) || shape.is_atomic(form)) return keep == Keep::only_these ? v : json::value();
  if (form == Form::list) return items(v.get_array(), fields, shape, keep);
  return members(v.get_object(), fields, shape, keep);
}

}  // namespace

Object remove_items(const Object& object, const FieldSet& fields, const Shape& shape) {
  auto left = members(object, fields, shape, Keep::others);
  return left.is_object() ? std::move(left.get_object()) : Object();
}

Object extract_items(const Object& object, const FieldSet& fields, const Shape& shape) {
  auto taken = members(object, fields, shape, Keep::only_these);
  return taken.is_object() ? std::move(taken.get_object()) : Object();
}

}  // namespace api::apply
