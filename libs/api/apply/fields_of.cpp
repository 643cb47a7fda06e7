#include <map>
#include "api/apply/typed.hpp"

namespace api::apply {
namespace {

using Form = Shape::Form;

/// What one place adds: itself, and what is below it.
struct Found {
  bool self = false;
  FieldSet below;
};

Found visit(const json::value& v, const Shape& shape);

Found visit_items(const json::array& list, const Shape& shape) {
  Found out;
  out.below.reserve(list.size());
  std::map<PathElement, std::pair<const json::value*, int>> items;
  for (const auto& item : list)
    if (auto element = shape.element_of(item)) {
      auto& at = items.try_emplace(std::move(*element), &item, 0).first->second;
      ++at.second;
    }
  for (const auto& [element, item] : items) {
    // Those that share an element are owned together, not field by field.
    FieldSet below;
    if (item.second == 1) below = visit(*item.first, shape.element()).below;
    out.below.append(element, true, std::move(below));
  }
  return out;
}

Found visit_members(const Object& object, const Shape& shape) {
  Found out;
  out.below.reserve(object.size());
  for (const auto& [name, value] : object) {
    const auto place = shape.member(name);
    if (!place) continue;
    auto found = visit(value, *place);
    const bool nothing = value.is_null() || (value.is_object() && value.get_object().empty());
    out.below.append(PathElement::field(name), found.self || nothing || !shape.declares(name),
                     std::move(found.below));
  }
  out.below.sort();
  return out;
}

Found visit(const json::value& v, const Shape& shape) {
  const auto form = shape.form(v);
  if (form == Form::scalar || shape.is_atomic(form)) return {true, {}};
  if (form == Form::list && v.is_array()) return visit_items(v.get_array(), shape);
  if (form == Form::map && v.is_object()) return visit_members(v.get_object(), shape);
  return {};
}

}  // namespace

FieldSet fields_of(const Object& object, const Shape& shape) {
  return visit_members(object, shape).below;
}

FieldSet with_named_fields(const FieldSet& set, const Shape& shape) {
  FieldSet out;
  out.reserve(set.nodes().size());
  for (const auto& node : set.nodes()) {
    const bool field = node.element.kind == PathElement::Kind::field;
    const bool named = field && !node.children.empty() && shape.declares(node.element.text);
    const auto place = field ? shape.member(node.element.text) : shape.element();
    out.append(node.element, node.member || named,
               place ? with_named_fields(node.children, *place) : node.children);
  }
  return out;
}

FieldSet reconcile(const FieldSet& set, const Shape& shape) {
  FieldSet out;
  out.reserve(set.nodes().size());
  for (const auto& node : set.nodes()) {
    const bool field = node.element.kind == PathElement::Kind::field;
    const auto place = field ? shape.member(node.element.text) : shape.element();
    if (!place || node.children.empty() || place->is_untyped_map()) {
      out.append(node.element, node.member, node.children);
      continue;
    }
    // The form a place takes that has things below it: by its schema, not by a value.
    static const json::value no_value;
    const auto form = place->form(no_value);
    if (form != Form::scalar && place->is_atomic(form))
      out.append(node.element, true, {});
    else
      out.append(node.element, node.member, reconcile(node.children, *place));
  }
  return out;
}

}  // namespace api::apply
