#include <array>
#include "api/names.hpp"
#include "cel/collections.hpp"
#include "cel/convert.hpp"
#include "cel/function.hpp"
#include "cel/named_format.hpp"
#include "cel/url.hpp"

/// Kubernetes' named formats.
namespace cel {

namespace {

using Args = std::span<const Value>;
using Problem = std::optional<std::string>;

/// For generateName: a dash at the end stands for what will follow.
template <Problem (*whole)(std::string_view)>
Problem prefix(std::string_view text) {
  if (text.size() > 1 && text.ends_with('-'))
    return whole(std::string(text.substr(0, text.size() - 1)) + "a");
  return whole(text);
}

Problem uri(std::string_view text) {
  std::string problem;
  if (parse_url(text, problem)) return std::nullopt;
  return problem;
}

/// Hexadecimal digits 8-4-4-4-12, each dash optional.
Problem uuid(std::string_view text) {
  for (const int group : {8, 4, 4, 4, 12}) {
    if (group != 8 && text.starts_with('-')) text.remove_prefix(1);
    for (int i = 0; i < group; ++i, text.remove_prefix(1))
      if (text.empty() || std::string_view("0123456789abcdefABCDEF").find(text[0]) == std::string_view::npos)
        return "does not match the UUID format";
  }
  if (!text.empty()) return "does not match the UUID format";
  return std::nullopt;
}

Problem byte(std::string_view text) {
  if (parse_base64(text)) return std::nullopt;
  return "invalid base64";
}
Problem date(std::string_view text) {
  if (parse_date(text)) return std::nullopt;
  return "invalid date";
}
Problem datetime(std::string_view text) {
  if (parse_timestamp(text)) return std::nullopt;
  return "invalid datetime";
}

bool same(const void* a, const void* b) {
  return a == b;
}
std::string text(const void* data) {
  return std::string(static_cast<const NamedFormat*>(data)->name);
}

const std::array formats{
    NamedFormat{"dns1123Label", "DNS1123Label", 30, api::names::dns1123_label},
    NamedFormat{"dns1123Subdomain", "DNS1123Subdomain", 60, api::names::dns1123_subdomain},
    NamedFormat{"dns1035Label", "DNS1035Label", 30, api::names::dns1035_label},
    NamedFormat{"qualifiedName", "QualifiedName", 60, api::names::qualified_name},
    NamedFormat{"dns1123LabelPrefix", "DNS1123LabelPrefix", 30, prefix<api::names::dns1123_label>},
    NamedFormat{"dns1123SubdomainPrefix", "DNS1123SubdomainPrefix", 60,
                prefix<api::names::dns1123_subdomain>},
    NamedFormat{"dns1035LabelPrefix", "DNS1035LabelPrefix", 30, prefix<api::names::dns1035_label>},
    NamedFormat{"labelValue", "LabelValue", 40, api::names::label_value},
    NamedFormat{"uri", "URI", 1103, uri},
    NamedFormat{"uuid", "uuid", 70, uuid},
    NamedFormat{"byte", "byte", 84, byte},
    NamedFormat{"date", "date", 71, date},
    NamedFormat{"datetime", "datetime", 71, datetime},
};

template <std::size_t i>
Value constant(Evaluation&, Args) {
  return Value::opaque(&NamedFormat::type, &formats[i]);
}

template <std::size_t... i>
void add_constants(FunctionTable& t, std::index_sequence<i...>) {
  (t.add("format." + std::string(formats[i].function),
         "format." + std::string(formats[i].function) + "(): kubernetes.NamedFormat", constant<i>),
   ...);
}

Value named(Evaluation& e, Args a) {
  for (const NamedFormat& f : formats)
    if (f.function == a[0].as_text()) return e.optional(Value::opaque(&NamedFormat::type, &f));
  return Value::none();
}

Value validate(Evaluation& e, Args a) {
  const auto* f = a[0].as<NamedFormat>();
  if (!f) return e.no_overload();
  const auto problem = f->problem(a[1].as_text());
  if (!problem) return Value::none();
  const Value messages[] = {e.string(*problem)};
  return e.optional(e.list(messages));
}

}  // namespace

const OpaqueType NamedFormat::type{"kubernetes.NamedFormat", same, text};

void add_named_formats(FunctionTable& t) {
  add_constants(t, std::make_index_sequence<formats.size()>());
  t.add("format-named", "format.named(string): optional(kubernetes.NamedFormat)", named);
  t.add("format-validate", "kubernetes.NamedFormat -> validate(string): optional(list(string))", validate);
}

}  // namespace cel
