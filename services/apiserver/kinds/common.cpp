#include "apiserver/kinds/common.hpp"
#include <algorithm>
#include "api/names.hpp"
#include "api/quantity.hpp"
#include "api/selector.hpp"

namespace apiserver::kinds {

std::string human_duration(std::chrono::seconds d) {
  const auto s = d.count();
  const auto two = [](std::int64_t a, char ua, std::int64_t b, char ub) {
    std::string text = std::to_string(a) + ua;
    if (b != 0) text += std::to_string(b) + ub;
    return text;
  };
  if (s < -1) return "<invalid>";
  if (s < 0) return "0s";
  if (s < 120) return std::to_string(s) + "s";
  const auto minutes = s / 60, hours = minutes / 60, days = hours / 24;
  if (minutes < 10) return two(minutes, 'm', s % 60, 's');
  if (minutes < 180) return std::to_string(minutes) + "m";
  if (hours < 8) return two(hours, 'h', minutes % 60, 'm');
  if (hours < 48) return std::to_string(hours) + "h";
  if (days < 8) return two(days, 'd', hours % 24, 'h');
  if (days < 730) return std::to_string(days) + "d";
  if (days < 2920) return two(days / 365, 'y', days % 365, 'd');
  return std::to_string(days / 365) + "y";
}

std::string since(std::string_view rfc3339, base::SystemTime now) {
  if (rfc3339.empty()) return "<unknown>";
  const auto then = base::parse_rfc3339(rfc3339);
  if (!then) return "<unknown>";
  return human_duration(std::chrono::duration_cast<std::chrono::seconds>(now - *then));
}

std::string age(const Object& object, base::SystemTime now) {
  return since(api::get_string(object, {"metadata", "creationTimestamp"}), now);
}

std::string name_cell(const Object& object) {
  return std::string(api::name_of(object));
}

std::string join(const std::vector<std::string>& parts, std::string_view none) {
  if (parts.empty()) return std::string(none);
  std::string text = parts.front();
  for (std::size_t i = 1; i < parts.size(); ++i)
    text += "," + parts[i];
  return text;
}

std::string or_none(std::string_view text) {
  return text.empty() ? "<none>" : std::string(text);
}

std::string selector_text(const Object* selector) {
  if (!selector) return "<none>";
  const auto parsed = api::LabelSelector::from_json(*selector);
  if (!parsed) return "<error>";
  return parsed->empty() ? "<none>" : parsed->text();
}

std::string labels_text(const Object* labels) {
  if (!labels) return "<none>";
  std::vector<std::string> parts;
  for (const auto& [key, value] : *labels)
    if (value.is_string()) parts.push_back(std::string(key) + "=" + std::string(value.get_string()));
  std::sort(parts.begin(), parts.end());
  return join(parts);
}

json::value copy(const Object& object, std::initializer_list<std::string_view> path) {
  const auto* v = api::get(object, path);
  return v ? *v : json::value();
}

bool same(const Object& a, const Object& b, std::initializer_list<std::string_view> path) {
  const auto* x = api::get(a, path);
  const auto* y = api::get(b, path);
  if (!x || !y) return (!x || x->is_null()) && (!y || y->is_null());
  return api::deep_equal(*x, *y);
}

void check_required(const Object& parent, std::string_view member, const Path& parent_path, Errors& errors) {
  const auto* v = parent.if_contains(member);
  const bool empty = !v || v->is_null() || (v->is_string() && v->get_string().empty()) ||
                     (v->is_array() && v->get_array().empty());
  if (empty) errors.required(parent_path.child(member));
}

void check_one_of(const Object& parent, std::string_view member, const Path& parent_path,
                  std::initializer_list<std::string_view> allowed, Errors& errors) {
  const auto* v = parent.if_contains(member);
  if (!v || !v->is_string()) return;
  if (std::find(allowed.begin(), allowed.end(), std::string_view(v->get_string())) != allowed.end()) return;
  errors.not_supported(parent_path.child(member), *v, std::vector<std::string_view>(allowed));
}

void check_not_negative(const Object& parent, std::string_view member, const Path& parent_path,
                        Errors& errors) {
  const auto v = api::get_int(parent, {member});
  if (v && *v < 0) errors.invalid(parent_path.child(member), *v, "must be greater than or equal to 0");
}

void check_port(std::int64_t port, const Path& path, Errors& errors) {
  if (port < 1 || port > 65535) errors.invalid(path, port, "must be between 1 and 65535, inclusive");
}

void check_quantity_map(const Object& parent, std::string_view member, const Path& parent_path,
                        Errors& errors) {
  const auto* map = api::get_object(parent, {member});
  if (!map) return;
  for (const auto& [key, value] : *map) {
    const Path path = parent_path.child(member).key(key);
    if (auto wrong = api::names::qualified_name(key)) errors.invalid(path, json::value(key), *wrong);
    if (!value.is_string()) continue;
    const auto q = api::Quantity::parse(value.get_string());
    if (q && q->sign() < 0) errors.invalid(path, value, "must be greater than or equal to 0");
  }
}

void check_labels(const Object& labels, const Path& path, Errors& errors) {
  for (const auto& [key, value] : labels) {
    if (auto wrong = api::names::qualified_name(key)) errors.invalid(path, json::value(key), *wrong);
    if (!value.is_string()) continue;
    if (auto wrong = api::names::label_value(value.get_string())) errors.invalid(path, value, *wrong);
  }
}

namespace {

void check_expression(const Object& e, const Path& path, Errors& errors) {
  const auto op = api::get_string(e, {"operator"});
  const auto* values = api::get_array(e, {"values"});
  const bool any = values && !values->empty();
  if ((op == "In" || op == "NotIn") && !any)
    errors.required(path.child("values"), "must be specified when `operator` is 'In' or 'NotIn'");
  else if ((op == "Exists" || op == "DoesNotExist") && any)
    errors.forbidden(path.child("values"),
                     "may not be specified when `operator` is 'Exists' or 'DoesNotExist'");
  else if (op != "In" && op != "NotIn" && op != "Exists" && op != "DoesNotExist")
    errors.invalid(path.child("operator"), json::value(op), "not a valid selector operator");
  const auto key = api::get_string(e, {"key"});
  if (auto wrong = api::names::qualified_name(key))
    errors.invalid(path.child("key"), json::value(key), *wrong);
}

}  // namespace

void check_label_selector(const Object& selector, const Path& path, Errors& errors) {
  if (const auto* labels = api::get_object(selector, {"matchLabels"}))
    check_labels(*labels, path.child("matchLabels"), errors);
  each(selector, "matchExpressions", path,
       [&](const Object& e, const Path& p) { check_expression(e, p, errors); });
}

void check_immutable(const Object& object, const Object& old, std::initializer_list<std::string_view> path,
                     Errors& errors) {
  if (!same(object, old, path)) errors.invalid(path_of(path), copy(object, path), "field is immutable");
}

Path path_of(std::initializer_list<std::string_view> members) {
  Path path;
  for (auto m : members)
    path = path.child(m);
  return path;
}

}  // namespace apiserver::kinds
