#include "cel/function.hpp"
#include <algorithm>
#include "base/assert.hpp"

namespace cel {

namespace {

constexpr std::uint32_t bit(Kind k) {
  return 1U << static_cast<unsigned>(k);
}

/// The kinds of value that go with a type; all for dyn and parameters.
std::uint32_t kinds_of(const Type& t) {
  switch (t.kind) {
    case TypeKind::null:
      return bit(Kind::null);
    case TypeKind::boolean:
      return bit(Kind::boolean);
    case TypeKind::integer:
      return bit(Kind::integer);
    case TypeKind::uinteger:
      return bit(Kind::uinteger);
    case TypeKind::floating:
      return bit(Kind::floating);
    case TypeKind::string:
      return bit(Kind::string);
    case TypeKind::bytes:
      return bit(Kind::bytes);
    case TypeKind::duration:
      return bit(Kind::duration);
    case TypeKind::timestamp:
      return bit(Kind::timestamp);
    case TypeKind::list:
      return bit(Kind::list);
    case TypeKind::map:
      return bit(Kind::map);
    case TypeKind::type:
      return bit(Kind::type);
    case TypeKind::object:
      return bit(Kind::opaque);
    case TypeKind::opaque:
      return is_optional(t) ? bit(Kind::optional) : bit(Kind::opaque);
    default:
      return ~0U;
  }
}

struct Signature {
  std::string_view target, name, parameters, result;
};

Signature read(std::string_view text) {
  Signature s;
  if (const auto arrow = text.find(" -> "); arrow != std::string_view::npos) {
    s.target = text.substr(0, arrow);
    text.remove_prefix(arrow + 4);
  }
  const auto open = text.find('('), close = text.rfind("): ");
  COX_ASSERT(open != std::string_view::npos && close != std::string_view::npos, "a signature is well-formed");
  s.name = text.substr(0, open);
  s.parameters = text.substr(open + 1, close - open - 1);
  s.result = text.substr(close + 3);
  return s;
}

/// Types between commas that are in no parentheses.
std::vector<std::string_view> split(std::string_view text) {
  std::vector<std::string_view> out;
  int depth = 0;
  std::size_t start = 0;
  for (std::size_t i = 0; i <= text.size(); ++i) {
    if (i < text.size()) depth += (text[i] == '(') - (text[i] == ')');
    if (i < text.size() && (text[i] != ',' || depth > 0)) continue;
    auto part = text.substr(start, i - start);
    part.remove_prefix(std::min(part.find_first_not_of(' '), part.size()));
    if (!part.empty()) out.push_back(part);
    start = i + 1;
  }
  return out;
}

}  // namespace

bool Overload::accepts(std::span<const Value> args) const noexcept {
  if (args.size() != kinds_.size()) return false;
  for (std::size_t i = 0; i < args.size(); ++i) {
    if ((kinds_[i] >> static_cast<unsigned>(args[i].kind()) & 1) == 0) return false;
    if (args[i].is(Kind::opaque) && kinds_[i] != ~0U && parameters[i]->name != args[i].opaque_type()->name)
      return false;
  }
  return true;
}

void FunctionTable::add(std::string_view id, std::string_view signature, Native native) {
  const Signature s = read(signature);
  Function& f = functions_.try_emplace(std::string(s.name)).first->second;
  f.name = s.name;
  Overload& o = f.overloads.emplace_back();
  o.id = id;
  o.function = &f;
  o.member = !s.target.empty();
  o.native = native;
  if (o.member) o.parameters.push_back(parse_type(s.target, types_));
  for (const auto p : split(s.parameters))
    o.parameters.push_back(parse_type(p, types_));
  o.result = parse_type(s.result, types_);
  for (const Type* p : o.parameters)
    o.kinds_.push_back(kinds_of(*p));
}

const Function* FunctionTable::find(std::string_view name) const noexcept {
  const auto found = functions_.find(name);
  return found == functions_.end() ? nullptr : &found->second;
}

const FunctionTable& kubernetes_functions() {
  static const FunctionTable* table = [] {
    auto* t = new FunctionTable;
    for (const auto add :
         {add_arithmetic, add_comparisons, add_conversions, add_times, add_standard_strings, add_optionals,
          add_strings, add_string_format, add_regex, add_lists, add_list_extensions, add_sets, add_urls,
          add_addresses, add_quantities, add_semvers, add_named_formats, add_authorizer})
      add(*t);
    return t;
  }();
  return *table;
}

}  // namespace cel
