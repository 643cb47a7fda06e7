#include "apiserver/request/info.hpp"
#include <algorithm>
#include "api/selector.hpp"
#include "base/encoding.hpp"

namespace apiserver::request {
namespace {

std::vector<std::string> segments(std::string_view path) {
  std::vector<std::string> out;
  while (!path.empty()) {
    const auto slash = path.find('/');
    const auto part = path.substr(0, slash);
    // An undecodable segment stays as it is: no name or resource matches it.
    if (!part.empty()) {
      const auto decoded = base::percent_decode(part);
      out.push_back(decoded ? *decoded : std::string(part));
    }
    path = slash == std::string_view::npos ? std::string_view() : path.substr(slash + 1);
  }
  return out;
}

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), [](unsigned char c) { return std::tolower(c); });
  return out;
}

std::string verb_of(const std::string& method) {
  if (method == "POST") return "create";
  if (method == "PUT") return "update";
  if (method == "PATCH") return "patch";
  if (method == "DELETE") return "delete";
  if (method == "GET" || method == "HEAD") return "get";
  return "";
}

/// A name given by ?fieldSelector=metadata.name=x counts for authorization as one in the path does.
std::string name_by_field(const http::Query& query) {
  const auto text = query.get("fieldSelector");
  if (!text) return {};
  const auto selector = api::FieldSelector::parse(*text);
  if (!selector) return {};
  return std::string(selector->required_value("metadata.name").value_or(""));
}

void take_resource(RequestInfo& info, std::vector<std::string> parts) {
  // /namespaces/NS/pods names pods; /namespaces/NS, and /namespaces/NS/status or finalize, the namespace
  // itself.
  if (parts[0] == "namespaces" && parts.size() > 1) {
    info.ns = parts[1];
    const bool of_namespace = parts.size() > 2 && (parts[2] == "status" || parts[2] == "finalize");
    if (parts.size() > 2 && !of_namespace) parts.erase(parts.begin(), parts.begin() + 2);
  }
  info.resource = parts[0];
  if (parts.size() > 1) info.name = parts[1];
  if (parts.size() > 2) info.subresource = parts[2];
  for (std::size_t i = 3; i < parts.size(); ++i)
    info.rest += (i > 3 ? "/" : "") + parts[i];
}

}  // namespace

bool is_true(const http::Query& query, std::string_view name) {
  const auto value = query.get(name);
  return value && (value->empty() || *value == "1" || lower(*value) == "true");
}

bool RequestInfo::long_running() const noexcept {
  if (verb == "watch") return true;
  constexpr std::string_view names[] = {"log", "exec", "attach", "portforward", "proxy"};
  return std::find(std::begin(names), std::end(names), subresource) != std::end(names);
}

RequestInfo parse_request(const http::Request& request, const http::Query& query) {
  RequestInfo info;
  info.path = request.path;
  info.verb = lower(request.method);
  auto parts = segments(request.path);
  const bool core = !parts.empty() && parts[0] == "api", grouped = !parts.empty() && parts[0] == "apis";
  const std::size_t head = core ? 2 : 3;  // api/v1, apis/GROUP/VERSION
  if ((!core && !grouped) || parts.size() <= head) return info;
  info.resource_request = true;
  if (grouped) info.group = parts[1];
  info.version = parts[head - 1];
  parts.erase(parts.begin(), parts.begin() + static_cast<std::ptrdiff_t>(head));
  info.verb = verb_of(request.method);
  const bool old_watch = parts[0] == "watch" && parts.size() > 1;  // /api/v1/watch/pods, long deprecated
  if (old_watch) parts.erase(parts.begin());
  take_resource(info, std::move(parts));
  if (info.verb == "get" && info.name.empty()) {
    info.verb = is_true(query, "watch") ? "watch" : "list";
    info.name = name_by_field(query);
  } else if (info.verb == "get" && info.subresource.empty() && is_true(query, "watch")) {
    info.verb = "watch";
  } else if (info.verb == "delete" && info.name.empty()) {
    info.verb = "deletecollection";
    info.name = name_by_field(query);
  }
  if (old_watch && info.verb != "create") info.verb = "watch";
  return info;
}

}  // namespace apiserver::request
