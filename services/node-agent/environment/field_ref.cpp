#include "node-agent/environment/field_ref.hpp"
#include <cmath>
#include <cstdio>
#include <optional>

namespace node_agent::environment {

namespace core = api::core::v1;
using base::Errc;
using base::Error;
using base::Result;
using Map = std::map<std::string, std::string>;

namespace {

void append_escaped(unsigned char c, std::string& out) {
  static constexpr std::string_view named = "\aa\bb\ff\nn\rr\tt\vv\"\"\\\\";
  for (std::size_t i = 0; i < named.size(); i += 2)
    if (static_cast<unsigned char>(named[i]) == c) {
      out += '\\';
      out += named[i + 1];
      return;
    }
  if (c >= 0x20 && c != 0x7f) {
    out += static_cast<char>(c);
    return;
  }
  char text[5];
  std::snprintf(text, sizeof text, "\\x%02x", c);
  out += text;
}

/// One key="value" a line, as files of the downward API have it; the value escaped as Go would.
std::string lines_of(const Map& map) {
  std::string out;
  for (const auto& [key, value] : map) {
    if (!out.empty()) out += '\n';
    out += key + "=\"";
    for (const char c : value)
      append_escaped(static_cast<unsigned char>(c), out);
    out += '"';
  }
  return out;
}

std::string joined(const std::vector<std::string>& parts) {
  std::string out;
  for (const auto& p : parts)
    out += (out.empty() ? "" : ",") + p;
  return out;
}

std::string first_of(const std::vector<std::string>& parts) {
  return parts.empty() ? "" : parts.front();
}

/// metadata.labels['key'] and metadata.annotations['key']; none if `path` is not of that form.
std::optional<Result<std::string>> subscript(const core::Pod& pod, const std::string& path) {
  const auto open = path.find("['");
  if (open == std::string::npos || !path.ends_with("']")) return std::nullopt;
  const std::string field = path.substr(0, open), key = path.substr(open + 2, path.size() - open - 4);
  const bool labels = field == "metadata.labels";
  if (!labels && field != "metadata.annotations")
    return Error(Errc::invalid_argument, "fieldPath \"" + path + "\" does not support subscript");
  const auto& map = labels ? pod.metadata.labels : pod.metadata.annotations;
  const auto it = map.find(key);
  return Result<std::string>(it == map.end() ? "" : it->second);
}

const core::Container* container_of(const core::Pod& pod, const std::string& name) {
  for (const auto* list : {&pod.spec.containers, &pod.spec.init_containers})
    for (const auto& c : *list)
      if (c.name == name) return &c;
  return nullptr;
}

}  // namespace

Result<std::string> field_value(const core::Pod& pod, const std::string& path, const PodFacts& facts) {
  if (auto found = subscript(pod, path)) return *found;
  const auto& account = pod.spec.service_account_name;
  const std::map<std::string_view, std::string> simple = {
      {"metadata.name", pod.metadata.name},       {"metadata.namespace", pod.metadata.namespace_},
      {"metadata.uid", pod.metadata.uid},         {"spec.nodeName", pod.spec.node_name},
      {"spec.serviceAccountName", account},       {"status.podIP", first_of(facts.pod_ips)},
      {"status.podIPs", joined(facts.pod_ips)},   {"status.hostIP", first_of(facts.host_ips)},
      {"status.hostIPs", joined(facts.host_ips)},
  };
  if (const auto it = simple.find(path); it != simple.end()) return it->second;
  if (path == "metadata.labels") return lines_of(pod.metadata.labels);
  if (path == "metadata.annotations") return lines_of(pod.metadata.annotations);
  return Error(Errc::invalid_argument, "unsupported fieldPath: " + path);
}

Result<std::string> resource_value(const core::Pod& pod, const std::string& container,
                                   const core::ResourceFieldSelector& ref, const PodFacts& facts) {
  const std::string& name = ref.container_name.empty() ? container : ref.container_name;
  const auto* c = container_of(pod, name);
  if (!c) return Error(Errc::not_found, "container " + name + " not found");
  const bool limits = ref.resource.starts_with("limits."), requests = ref.resource.starts_with("requests.");
  const std::string resource = ref.resource.substr(ref.resource.find('.') + 1);
  const bool known = resource == "cpu" || resource == "memory" || resource == "ephemeral-storage" ||
                     resource.starts_with("hugepages-");
  if (!known || (!limits && !requests))
    return Error(Errc::invalid_argument, "Unsupported container resource : " + ref.resource);
  api::Quantity amount;
  const auto take = [&](const std::map<std::string, api::Quantity>& from) {
    const auto it = from.find(resource);
    if (it != from.end()) amount = it->second;
    return it != from.end() && !it->second.is_zero();
  };
  const bool own = c->resources && take(limits ? c->resources->limits : c->resources->requests);
  // What has no limit is limited by the node.
  if (!own && limits && !resource.starts_with("hugepages-")) take(facts.node_allocatable);
  const auto divisor = ref.divisor && !ref.divisor->is_zero() ? *ref.divisor : api::Quantity::from_value(1);
  const double share = resource == "cpu" ? static_cast<double>(amount.milli_value()) / divisor.milli_value()
                                         : static_cast<double>(amount.value()) / divisor.value();
  return std::to_string(static_cast<std::int64_t>(std::ceil(share)));
}

}  // namespace node_agent::environment
