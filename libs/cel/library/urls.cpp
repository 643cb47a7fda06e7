#include "cel/collections.hpp"
#include "cel/function.hpp"
#include "cel/url.hpp"

/// Kubernetes' URL functions.
namespace cel {

namespace {

using Args = std::span<const Value>;

/// Views into the arena.
struct UrlValue {
  static const OpaqueType type;
  std::string_view scheme, host, hostname, port, path, query;
};

bool same_url(const void* a, const void* b) {
  const auto& x = *static_cast<const UrlValue*>(a);
  const auto& y = *static_cast<const UrlValue*>(b);
  return x.scheme == y.scheme && x.host == y.host && x.path == y.path && x.query == y.query;
}
std::string url_text(const void* data) {
  const auto& u = *static_cast<const UrlValue*>(data);
  return std::string(u.scheme) + (u.host.empty() ? "" : "://" + std::string(u.host)) + std::string(u.path) +
         (u.query.empty() ? "" : "?" + std::string(u.query));
}

const OpaqueType UrlValue::type{"kubernetes.URL", same_url, url_text};

Value url(Evaluation& e, Args a) {
  std::string problem;
  const auto u = parse_url(a[0].as_text(), problem);
  if (!u) return e.fail("URL parse error during conversion from string: " + problem);
  const auto keep = [&](std::string_view text) { return e.arena.copy(text); };
  return Value::opaque(&UrlValue::type,
                       e.arena.make(UrlValue{keep(u->scheme), keep(u->host), keep(u->hostname()),
                                             keep(u->port()), keep(u->path), keep(u->query)}));
}

Value is_url(Evaluation&, Args a) {
  std::string problem;
  return Value::boolean(parse_url(a[0].as_text(), problem).has_value());
}

template <std::string_view UrlValue::*part>
Value get(Evaluation& e, Args a) {
  const auto* u = a[0].as<UrlValue>();
  return u ? Value::string(u->*part) : e.no_overload();
}

Value get_query(Evaluation& e, Args a) {
  const auto* u = a[0].as<UrlValue>();
  if (!u) return e.no_overload();
  Url parsed;
  parsed.query = u->query;
  std::vector<std::pair<std::string, ListBuilder>> lists;
  for (const auto& [key, value] : parsed.query_values()) {
    auto list = std::find_if(lists.begin(), lists.end(), [&](const auto& l) { return l.first == key; });
    if (list == lists.end()) list = lists.insert(lists.end(), {key, {}});
    list->second.append(e, e.string(value));
  }
  MapBuilder out;
  for (const auto& [key, list] : lists)
    out.insert(e, e.string(key), list.value());
  return out.value(e);
}

}  // namespace

void add_urls(FunctionTable& t) {
  t.add("string_to_url", "url(string): kubernetes.URL", url);
  t.add("is_url_string", "isURL(string): bool", is_url);
  t.add("url_get_scheme", "kubernetes.URL -> getScheme(): string", get<&UrlValue::scheme>);
  t.add("url_get_host", "kubernetes.URL -> getHost(): string", get<&UrlValue::host>);
  t.add("url_get_hostname", "kubernetes.URL -> getHostname(): string", get<&UrlValue::hostname>);
  t.add("url_get_port", "kubernetes.URL -> getPort(): string", get<&UrlValue::port>);
  t.add("url_get_escaped_path", "kubernetes.URL -> getEscapedPath(): string", get<&UrlValue::path>);
  t.add("url_get_query", "kubernetes.URL -> getQuery(): map(string, list(string))", get_query);
}

}  // namespace cel
