#include "cel/correlation.hpp"
#include <boost/json/serialize.hpp>
#include "api/object.hpp"

namespace cel {

KeyedItems::KeyedItems(const json::array* old_items, const Schema& list) : list_(list) {
  if (!old_items || list.list_kind != ListKind::map) return;
  for (const auto& item : *old_items)
    if (const auto k = key(item)) items_.emplace(*k, &item);
}

std::optional<std::string> KeyedItems::key(const json::value& item) const {
  const json::object* o = item.if_object();
  if (!o || list_.map_keys.empty()) return std::nullopt;
  std::string out;
  for (const auto& name : list_.map_keys) {
    const json::value* v = o->if_contains(name);
    if (!v || v->is_structured() || v->is_null()) return std::nullopt;
    out += json::serialize(*v);
    out += '\0';
  }
  return out;
}

const json::value* KeyedItems::find(const json::value& item) const {
  if (items_.empty()) return nullptr;
  const auto k = key(item);
  if (!k) return nullptr;
  const auto found = items_.find(*k);
  return found == items_.end() ? nullptr : found->second;
}

namespace {

const Schema* member_schema(const Schema& s, std::string_view name) {
  if (const Property* p = s.property(name)) return p->schema;
  return s.form == Form::map ? s.element : nullptr;
}

bool same_value(const json::value& now, const json::value& old, const Schema& schema);

bool same_list(const json::array& now, const json::array& old, const Schema& schema) {
  if (now.size() != old.size()) return false;
  if (schema.list_kind != ListKind::map || !schema.element) return api::deep_equal(now, old);
  const KeyedItems keyed(&old, schema);
  for (const auto& item : now) {
    const json::value* before = keyed.find(item);
    if (!before || !same_value(item, *before, *schema.element)) return false;
  }
  return true;
}

bool same_object(const json::object& now, const json::object& old, const Schema& schema) {
  if (now.size() != old.size()) return false;
  for (const auto& [name, value] : now) {
    const auto before = old.find(name);
    const Schema* of_member = member_schema(schema, name);
    if (before == old.end() || !of_member || !same_value(value, before->value(), *of_member)) return false;
  }
  return true;
}

bool same_value(const json::value& now, const json::value& old, const Schema& schema) {
  if (now.is_null() || old.is_null()) return now.is_null() && old.is_null();
  if (now.is_array() && old.is_array()) return same_list(now.get_array(), old.get_array(), schema);
  if (now.is_object() && old.is_object()) return same_object(now.get_object(), old.get_object(), schema);
  return api::deep_equal(now, old);
}

}  // namespace

bool Correlation::unchanged() const {
  if (!unchanged_)
    unchanged_ = now_ ? same_value(*now_, *old_, schema_) : same_object(*now_object_, *old_object_, schema_);
  return *unchanged_;
}

std::optional<Correlation> Correlation::member(std::string_view name) const {
  const Schema* schema = member_schema(schema_, name);
  if (!schema || !now_object_ || !old_object_) return std::nullopt;
  const json::value *now = now_object_->if_contains(name), *old = old_object_->if_contains(name);
  if (!now || !old) return std::nullopt;
  return Correlation(*now, *old, *schema);
}

std::optional<Correlation> Correlation::item(const json::value& now, const json::value* old) const {
  if (!old || !schema_.element) return std::nullopt;
  return Correlation(now, *old, *schema_.element);
}

}  // namespace cel
