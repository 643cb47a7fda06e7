#include "apiserver/kinds/checks.hpp"
#include <algorithm>
#include "api/names.hpp"

namespace apiserver::kinds {

bool Part::has(std::string_view member) const {
  const auto* v = value.if_contains(member);
  return v && !v->is_null();
}

std::size_t Part::count(std::string_view member) const {
  const auto* v = value.if_contains(member);
  if (!v) return 0;
  return v->is_array() ? v->get_array().size() : v->is_object() ? v->get_object().size() : 0;
}

json::value Part::copy(std::string_view member) const {
  return kinds::copy(value, {member});
}

Part Part::part(std::string_view member) const {
  static const Object none;
  const auto* o = object(member);
  return {o ? *o : none, at(member), errors};
}

bool Part::require(std::string_view member, std::string detail) const {
  const auto* v = value.if_contains(member);
  const bool empty = !v || v->is_null() || (v->is_string() && v->get_string().empty()) ||
                     (v->is_array() && v->get_array().empty()) || (v->is_object() && v->get_object().empty());
  if (empty) errors.required(at(member), std::move(detail));
  return !empty;
}

bool Part::one_of(std::string_view member, Texts allowed) const {
  return require(member) && one_of_if_set(member, allowed);
}

bool Part::one_of_if_set(std::string_view member, Texts allowed) const {
  const auto* v = value.if_contains(member);
  if (!v || !v->is_string() || contains(allowed, v->get_string())) return true;
  errors.not_supported(at(member), *v, std::vector<std::string_view>(allowed));
  return false;
}

bool Part::one_of_in_order(std::string_view member, Texts allowed) const {
  if (!require(member)) return false;
  if (contains(allowed, text(member))) return true;
  add_not_supported(at(member), copy(member), allowed, errors);
  return false;
}

bool Part::syntax(std::string_view member, NameCheck check) const {
  const auto t = text(member);
  if (t.empty()) return true;
  const auto wrong = check(t);
  if (wrong) errors.invalid(at(member), json::value(t), *wrong);
  return !wrong;
}

bool Part::not_negative(std::string_view member) const {
  const auto n = number(member);
  if (!n || *n >= 0) return true;
  errors.invalid(at(member), *n, "must be greater than or equal to 0");
  return false;
}

bool Part::positive(std::string_view member) const {
  const auto n = number(member);
  if (!n || *n > 0) return true;
  errors.invalid(at(member), *n, "must be greater than zero");
  return false;
}

bool Part::range(std::string_view member, std::int64_t least, std::int64_t most) const {
  const auto n = number(member);
  if (!n || (*n >= least && *n <= most)) return true;
  errors.invalid(at(member), *n, inclusive_range(least, most));
  return false;
}

void Part::invalid(std::string_view member, std::string detail) const {
  errors.invalid(at(member), copy(member), std::move(detail));
}

void Part::forbid(std::string_view member, std::string_view detail) const {
  if (has(member)) errors.forbidden(at(member), std::string(detail));
}

void add_not_supported(const Path& path, json::value bad, Texts allowed, Errors& errors) {
  std::string detail;
  for (auto a : allowed)
    detail += (detail.empty() ? "supported values: \"" : ", \"") + std::string(a) + "\"";
  errors.add({api::field::Reason::not_supported, path.text(), std::move(bad), std::move(detail)});
}

bool contains(Texts allowed, std::string_view text) {
  return std::find(allowed.begin(), allowed.end(), text) != allowed.end();
}

void check_name(std::string_view text, const Path& path, NameCheck check, Errors& errors) {
  if (auto wrong = check(text)) errors.invalid(path, json::value(text), *wrong);
}

bool check_unique(std::set<std::string>& seen, std::string_view value, const Path& path, Errors& errors) {
  if (value.empty() || seen.emplace(value).second) return true;
  errors.duplicate(path, json::value(value));
  return false;
}

std::string inclusive_range(std::int64_t least, std::int64_t most) {
  return "must be between " + std::to_string(least) + " and " + std::to_string(most) + ", inclusive";
}

void check_inclusive(std::int64_t n, std::int64_t least, std::int64_t most, const Path& path,
                     Errors& errors) {
  if (n < least || n > most) errors.invalid(path, n, inclusive_range(least, most));
}

void check_port_or_name(const Part& part, std::string_view member) {
  if (const auto n = part.number(member)) return check_port(*n, part.at(member), part.errors);
  const auto name = part.text(member);
  if (part.has(member)) return check_name(name, part.at(member), api::names::port_name, part.errors);
  check_port(0, part.at(member), part.errors);
}

void check_no_backsteps(std::string_view text, const Path& path, Errors& errors) {
  if (("/" + std::string(text) + "/").find("/../") != std::string::npos)
    errors.invalid(path, json::value(text), "must not contain '..'");
}

void check_descending_path(std::string_view text, const Path& path, Errors& errors) {
  if (text.starts_with("/")) errors.invalid(path, json::value(text), "must be a relative path");
  check_no_backsteps(text, path, errors);
}

void check_plain_path(std::string_view text, const Path& path, Errors& errors) {
  check_descending_path(text, path, errors);
  if (text.starts_with("..") && !text.starts_with("../"))
    errors.invalid(path, json::value(text), "must not start with '..'");
}

void check_label_key(std::string_view key, const Path& path, Errors& errors) {
  check_name(key, path, api::names::qualified_name, errors);
}

void check_selector(const Part& parent, std::string_view member) {
  if (const auto* selector = parent.object(member))
    check_label_selector(*selector, parent.at(member), parent.errors);
}

void check_annotations(const Object& metadata, const Path& path, Errors& errors) {
  constexpr std::size_t bytes_max = 256 * 1024;
  const auto* annotations = api::get_object(metadata, {"annotations"});
  if (!annotations) return;
  std::size_t bytes = 0;
  for (const auto& [key, value] : *annotations) {
    std::string lower(key);
    std::transform(lower.begin(), lower.end(), lower.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    if (auto wrong = api::names::qualified_name(lower)) errors.invalid(path, json::string(key), *wrong);
    bytes += key.size() + (value.is_string() ? value.get_string().size() : 0);
  }
  if (bytes > bytes_max) errors.too_long(path, "", bytes_max);
}

namespace {

bool is_percent(std::string_view s) {
  return s.size() > 1 && s.back() == '%' && s.find_first_not_of("0123456789") == s.size() - 1;
}

std::int64_t percent(std::string_view s) {
  std::int64_t n = 0;
  for (char c : s.substr(0, s.size() - 1))
    n = std::min<std::int64_t>(n * 10 + (c - '0'), 1'000'000);
  return n;
}

}  // namespace

void check_int_or_percent(const Part& parent, std::string_view member, bool most_100) {
  if (!parent.has(member)) return;
  if (parent.number(member)) {
    parent.not_negative(member);
    return;
  }
  const auto s = parent.text(member);
  if (!is_percent(s))
    parent.invalid(
        member,
        "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or "
        "'93%', regex used for validation is '[0-9]+%')");
  else if (most_100 && percent(s) > 100)
    parent.invalid(member, "must not be greater than 100%");
}

std::int64_t int_or_percent(const Part& parent, std::string_view member) {
  if (const auto n = parent.number(member)) return *n;
  const auto s = parent.text(member);
  return is_percent(s) ? percent(s) : 0;
}

}  // namespace apiserver::kinds
