#include "apiserver/proxy/target.hpp"
#include <algorithm>
#include <charconv>
#include "api/names.hpp"
#include "base/clock.hpp"

namespace apiserver::proxy {
namespace {

namespace json = boost::json;
using api::Object;
using api::StatusError;
using api::StatusOr;

std::vector<std::string> names_in(const Object& pod, std::string_view member) {
  std::vector<std::string> out;
  if (const auto* list = api::get_array(pod, {"spec", member}))
    for (const auto& v : *list)
      if (v.is_object()) out.emplace_back(api::get_string(v.get_object(), {"name"}));
  return out;
}

std::string join(const std::vector<std::string>& names) {
  std::string text;
  for (const auto& name : names)
    text += (text.empty() ? "" : " ") + name;
  return text;
}

bool contains(const std::vector<std::string>& list, std::string_view text) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

bool is_true(const http::Query& query, std::string_view name) {
  const auto value = query.get(name).value_or("");
  return value == "true" || value == "1";
}

std::optional<std::int64_t> integer(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return {};
  return value;
}

/// What a node says of itself is not to be trusted: it becomes part of a URL.
bool is_host(const std::string& address) {
  return !api::names::ip_address(address) || !api::names::dns1123_subdomain(address);
}

/// Copies an integer option, which must be at least `minimum`.
void copy_integer(const http::Query& from, std::string_view name, std::int64_t minimum, http::Query& to,
                  api::field::Errors& errors) {
  const auto text = from.get(name);
  if (!text) return;
  const auto value = integer(*text);
  if (!value)
    errors.invalid(api::field::Path(std::string(name)), json::string(*text), "must be an integer");
  else if (*value < minimum)
    errors.invalid(api::field::Path(std::string(name)), *value,
                   minimum == 0 ? "must be greater than or equal to 0" : "must be greater than 0");
  else
    to.add(std::string(name), std::string(*text));
}

/// What the agent's containerLogs takes, checked.
StatusOr<http::Query> log_query(const Object& pod, const http::Query& query) {
  http::Query out;
  api::field::Errors errors;
  for (const auto* name : {"follow", "previous", "timestamps"})
    if (is_true(query, name)) out.add(name, "true");
  copy_integer(query, "tailLines", 0, out, errors);
  copy_integer(query, "sinceSeconds", 1, out, errors);
  copy_integer(query, "limitBytes", 1, out, errors);
  if (const auto since = query.get("sinceTime")) {
    if (query.has("sinceSeconds"))
      errors.forbidden(api::field::Path("sinceSeconds"),
                       "at most one of `sinceTime` or `sinceSeconds` may be specified");
    else if (base::parse_rfc3339(*since).has_error())
      errors.invalid(api::field::Path("sinceTime"), json::string(*since), "must be an RFC 3339 time");
    else
      out.add("sinceTime", std::string(*since));
  }
  if (const auto stream = query.get("stream"); stream && *stream != "All") {
    if (*stream == "Stdout" || *stream == "Stderr")
      out.add("stream", std::string(*stream));
    else
      errors.not_supported(api::field::Path("stream"), json::string(*stream), {"All", "Stdout", "Stderr"});
  }
  if (!errors.empty()) return StatusError::invalid({"", "v1", "PodLogOptions"}, api::name_of(pod), errors);
  return out;
}

/// The agent's own names for the streams.
StatusOr<http::Query> stream_query(const http::Query& query, bool exec) {
  http::Query out;
  constexpr std::pair<const char*, const char*> names[] = {
      {"stdin", "input"}, {"stdout", "output"}, {"stderr", "error"}, {"tty", "tty"}};
  bool any = false;
  for (const auto& [ours, theirs] : names) {
    if (!is_true(query, ours)) continue;
    out.add(theirs, "1");
    any = any || std::string_view(ours) != "tty";
  }
  if (!any) return StatusError::bad_request("you must specify at least one of stdin, stdout, stderr");
  for (const auto part : query.all("command"))
    if (exec) out.add("command", std::string(part));
  if (exec && !query.has("command")) return StatusError::bad_request("you must specify at least one command");
  return out;
}

std::string with_query(std::string path, const http::Query& query) {
  if (!query.empty()) path += "?" + query.encode();
  return path;
}

}  // namespace

StatusOr<std::string> node_endpoint(const Object& node, const std::vector<std::string>& address_types) {
  const auto port = api::get_int(node, {"status", "daemonEndpoints", "kubeletEndpoint", "Port"}).value_or(0);
  const auto* addresses = api::get_array(node, {"status", "addresses"});
  const std::string name(api::name_of(node));
  if (port <= 0 || port > 65535)
    return StatusError::internal("node \"" + name + "\" has not said which port its agent serves");
  for (const auto& type : address_types)
    for (std::size_t i = 0; addresses && i < addresses->size(); ++i) {
      if (!(*addresses)[i].is_object()) continue;
      const auto& entry = (*addresses)[i].get_object();
      const std::string address(api::get_string(entry, {"address"}));
      if (api::get_string(entry, {"type"}) != type || !is_host(address)) continue;
      const bool v6 = address.find(':') != std::string::npos;
      return "https://" + (v6 ? "[" + address + "]" : address) + ":" + std::to_string(port);
    }
  return StatusError::internal("node \"" + name + "\" has no address of a preferred type");
}

StatusOr<std::string> choose_container(const Object& pod, std::string_view named) {
  const std::string pod_name(api::name_of(pod));
  const auto containers = names_in(pod, "containers"), init = names_in(pod, "initContainers"),
             ephemeral = names_in(pod, "ephemeralContainers");
  if (named.empty() && containers.size() == 1) return containers.front();
  if (named.empty()) {
    auto text = "a container name must be specified for pod " + pod_name + ", choose one of: [" +
                join(containers) + "]";
    if (!init.empty()) text += " or one of the init containers: [" + join(init) + "]";
    if (!ephemeral.empty()) text += " or one of the ephemeral containers: [" + join(ephemeral) + "]";
    return StatusError::bad_request(text);
  }
  if (contains(containers, named) || contains(init, named) || contains(ephemeral, named))
    return std::string(named);
  return StatusError::bad_request("container " + std::string(named) + " is not valid for pod " + pod_name);
}

StatusOr<std::string> agent_path(const Object& pod, std::string_view subresource, const http::Query& query) {
  const auto place = "/" + std::string(api::namespace_of(pod)) + "/" + std::string(api::name_of(pod));
  if (subresource == "portforward") {
    http::Query ports;
    for (const auto port : query.all("ports"))
      ports.add("port", std::string(port));
    return with_query("/portForward" + place, ports);
  }
  const auto container = choose_container(pod, query.get("container").value_or(""));
  if (container.has_error()) return container.error();
  const bool log = subresource == "log";
  const auto options = log ? log_query(pod, query) : stream_query(query, subresource == "exec");
  if (options.has_error()) return options.error();
  const std::string root = log ? "/containerLogs" : subresource == "exec" ? "/exec" : "/attach";
  return with_query(root + place + "/" + *container, *options);
}

}  // namespace apiserver::proxy
