#include "cel/function.hpp"

namespace cel {

namespace {

using Args = std::span<const Value>;

Value contains(Evaluation&, Args a) {
  return Value::boolean(a[0].as_text().find(a[1].as_text()) != std::string_view::npos);
}
Value starts_with(Evaluation&, Args a) {
  return Value::boolean(a[0].as_text().starts_with(a[1].as_text()));
}
Value ends_with(Evaluation&, Args a) {
  return Value::boolean(a[0].as_text().ends_with(a[1].as_text()));
}

}  // namespace

void add_standard_strings(FunctionTable& t) {
  t.add("contains_string", "string -> contains(string): bool", contains);
  t.add("starts_with_string", "string -> startsWith(string): bool", starts_with);
  t.add("ends_with_string", "string -> endsWith(string): bool", ends_with);
}

}  // namespace cel
