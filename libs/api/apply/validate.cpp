#include <set>
#include "api/apply/typed.hpp"

namespace api::apply {
namespace {

using Form = Shape::Form;

std::string_view go_type(const json::value& v) {
  if (v.is_object()) return "map[string]interface {}";
  if (v.is_array()) return "[]interface {}";
  if (v.is_string()) return "string";
  if (v.is_bool()) return "bool";
  return v.is_double() ? "float64" : "int64";
}

/// As Go prints the value in a message.
std::string shown(const json::value& v) {
  if (v.is_string()) return std::string(v.get_string());
  return plain_json(v);
}

class Validator {
 public:
  explicit Validator(bool allow_duplicates) : allow_duplicates_(allow_duplicates) {}
  std::vector<std::string> problems;

  void check(const json::value& v, const Shape& shape) {
    if (v.is_null()) return;
    const auto form = shape.form(v);
    if (form == Form::map) return map(v, shape);
    if (form == Form::list) return list(v, shape);
    scalar(v, shape);
  }

  void members(const Object& object, const Shape& shape) {
    for (const auto& [name, value] : object) {
      path_.push_back(PathElement::field(name));
      if (const auto place = shape.member(name))
        check(value, *place);
      else
        fail("field not declared in schema");
      path_.pop_back();
    }
  }

 private:
  void fail(const std::string& why) {
    const auto path = message(path_);
    problems.push_back(path.empty() ? why : path + ": " + why);
  }

  void scalar(const json::value& v, const Shape& shape) {
    const auto* type = shape.type();
    if (!type) return;
    switch (type->kind) {
      case Kind::int32:
      case Kind::int64:
      case Kind::number:
        if (!v.is_number()) fail("expected numeric (int or float), got " + std::string(go_type(v)));
        return;
      case Kind::string:
      case Kind::bytes:
        if (!v.is_string()) fail("expected string, got &value.valueUnstructured{Value:" + shown(v) + "}");
        return;
      case Kind::boolean:
        if (!v.is_bool()) fail("expected boolean, got &{" + shown(v) + "}");
        return;
      default:
        if (v.is_object() || v.is_array()) fail("expected any scalar, got &{" + shown(v) + "}");
    }
  }

  void map(const json::value& v, const Shape& shape) {
    if (!v.is_object()) return fail("expected map, got &{" + shown(v) + "}");
    members(v.get_object(), shape);
  }
  void list(const json::value& v, const Shape& shape) {
    if (!v.is_array()) return fail("expected list, got &{" + shown(v) + "}");
    const bool atomic = shape.is_atomic(Form::list);
    std::set<PathElement> seen;
    std::size_t i = 0;
    for (const auto& item : v.get_array()) {
      auto element = atomic ? base::Result<PathElement>(PathElement::index(i)) : shape.element_of(item);
      if (!element) return fail("element " + std::to_string(i) + ": " + element.error().message);
      if (!atomic && !seen.insert(*element).second && !allow_duplicates_)
        fail("duplicate entries for key " + element->message());
      path_.push_back(std::move(*element));
      check(item, shape.element());
      path_.pop_back();
      ++i;
    }
  }

  const bool allow_duplicates_;
  Path path_;
};

}  // namespace

std::string validate(const Object& object, const Shape& shape, bool allow_duplicates) {
  Validator validator(allow_duplicates);
  validator.members(object, shape);
  if (validator.problems.empty()) return {};
  if (validator.problems.size() == 1) return validator.problems.front();
  std::string out = "errors:";
  for (const auto& problem : validator.problems)
    out += "\n  " + problem;
  return out;
}

}  // namespace api::apply
