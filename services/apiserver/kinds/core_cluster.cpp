#include <algorithm>
#include "api/names.hpp"
#include "apiserver/kinds/core_cluster_rules.hpp"
#include "apiserver/kinds/groups.hpp"

namespace apiserver::kinds {
namespace {

// nodes

std::string node_status(const Object& o) {
  std::vector<std::string> parts;
  if (const auto* status = api::get_object(o, {"status"}))
    each(*status, "conditions", Path(), [&](const Object& c, const Path&) {
      if (api::get_string(c, {"type"}) == "Ready")
        parts.emplace_back(api::get_string(c, {"status"}) == "True" ? "Ready" : "NotReady");
    });
  if (parts.empty()) parts.emplace_back("Unknown");
  if (api::get_bool(o, {"spec", "unschedulable"})) parts.emplace_back("SchedulingDisabled");
  return join(parts);
}

std::string node_roles(const Object& o) {
  constexpr std::string_view prefix = "node-role.kubernetes.io/";
  std::vector<std::string> roles;
  if (const auto* labels = api::labels_of(o))
    for (const auto& [key, value] : *labels) {
      const std::string_view k = key;
      if (k.starts_with(prefix) && k.size() > prefix.size())
        roles.emplace_back(k.substr(prefix.size()));
      else if (k == "kubernetes.io/role" && value.is_string() && !value.get_string().empty())
        roles.emplace_back(value.get_string());
    }
  std::sort(roles.begin(), roles.end());
  return join(roles);
}

std::string node_address(const Object& o, std::string_view type) {
  std::string found = "<none>";
  if (const auto* status = api::get_object(o, {"status"}))
    each(*status, "addresses", Path(), [&](const Object& a, const Path&) {
      if (found == "<none>" && api::get_string(a, {"type"}) == type) found = at(a, {"address"});
    });
  return found;
}

std::string or_unknown(std::string s) {
  return s.empty() ? "<unknown>" : s;
}

const Column node_columns[] = {{"Name", "string", "name"},
                               {"Status"},
                               {"Roles"},
                               {"Age"},
                               {"Version"},
                               {"Internal-IP", "string", "", "", 1},
                               {"External-IP", "string", "", "", 1},
                               {"OS-Image", "string", "", "", 1},
                               {"Kernel-Version", "string", "", "", 1},
                               {"Container-Runtime", "string", "", "", 1}};

json::array node_cells(const Object& o, base::SystemTime now) {
  return {text(name_cell(o)),
          text(node_status(o)),
          text(node_roles(o)),
          text(age(o, now)),
          text(at(o, {"status", "nodeInfo", "kubeletVersion"})),
          text(node_address(o, "InternalIP")),
          text(node_address(o, "ExternalIP")),
          text(or_unknown(at(o, {"status", "nodeInfo", "osImage"}))),
          text(or_unknown(at(o, {"status", "nodeInfo", "kernelVersion"}))),
          text(or_unknown(at(o, {"status", "nodeInfo", "containerRuntimeVersion"})))};
}

void default_node(Object& o) {
  if (const auto* capacity = api::get_object(o, {"status", "capacity"})) {
    const Object copy = *capacity;
    api::set_default(o, {"status", "allocatable"}, copy);
  }
}

const SelectableField node_fields[] = {
    {"spec.unschedulable", [](const Object& o) {
       return std::string(api::get_bool(o, {"spec", "unschedulable"}) ? "true" : "false");
     }}};

// namespaces

const Column namespace_columns[] = {{"Name", "string", "name"}, {"Status"}, {"Age"}};

void prepare_namespace(Object& o) {
  api::ensure_object(o, {"status"})["phase"] = "Active";
  // Every namespace carries the finalizer that the namespace controller removes last.
  auto& finalizers = api::ensure(o, {"spec", "finalizers"});
  if (!finalizers.is_array()) finalizers = json::array();
  auto& list = finalizers.get_array();
  if (std::find(list.begin(), list.end(), json::value("kubernetes")) == list.end())
    list.emplace_back("kubernetes");
}

void default_namespace(Object& o) {
  const std::string name(api::name_of(o));
  if (!name.empty()) api::ensure_object(o, {"metadata", "labels"})["kubernetes.io/metadata.name"] = name;
}

const SelectableField namespace_fields[] = {{"status.phase", [](const Object& o) {
                                               return at(o, {"status", "phase"});
                                             }}};

// events

/// The two APIs share storage: the core form is the one stored.
std::string event_last_seen(const Object& o, base::SystemTime now) {
  std::string last = at(o, {"lastTimestamp"});
  if (last.empty()) last = at(o, {"series", "lastObservedTime"});
  if (last.empty()) last = at(o, {"eventTime"});
  if (last.empty()) last = at(o, {"metadata", "creationTimestamp"});
  return since(last, now);
}

std::string event_first_seen(const Object& o, base::SystemTime now) {
  std::string first = at(o, {"firstTimestamp"});
  if (first.empty()) first = at(o, {"eventTime"});
  if (first.empty()) first = at(o, {"metadata", "creationTimestamp"});
  return since(first, now);
}

std::string event_object(const Object& o) {
  std::string kind = at(o, {"involvedObject", "kind"});
  std::transform(kind.begin(), kind.end(), kind.begin(), [](unsigned char c) { return std::tolower(c); });
  return kind + "/" + at(o, {"involvedObject", "name"});
}

std::string event_source(const Object& o) {
  std::string source = at(o, {"source", "component"});
  if (source.empty()) source = at(o, {"reportingComponent"});
  const std::string host = at(o, {"source", "host"});
  return host.empty() ? source : source + ", " + host;
}

std::int64_t event_count(const Object& o) {
  const auto series = api::get_int(o, {"series", "count"});
  return series ? *series : std::max<std::int64_t>(1, api::get_int(o, {"count"}).value_or(0));
}

const Column event_columns[] = {{"Last Seen"},
                                {"Type"},
                                {"Reason"},
                                {"Object"},
                                {"Subobject", "string", "", "", 1},
                                {"Source", "string", "", "", 1},
                                {"Message"},
                                {"First Seen", "string", "", "", 1},
                                {"Count", "string", "", "", 1},
                                {"Name", "string", "", "", 1}};

json::array event_cells(const Object& o, base::SystemTime now) {
  return {text(event_last_seen(o, now)),
          text(at(o, {"type"})),
          text(at(o, {"reason"})),
          text(event_object(o)),
          text(at(o, {"involvedObject", "fieldPath"})),
          text(event_source(o)),
          text(at(o, {"message"})),
          text(event_first_seen(o, now)),
          text(std::to_string(event_count(o))),
          text(name_cell(o))};
}

const SelectableField event_fields[] = {
    {"involvedObject.kind",
     [](const Object& o) {
       return at(o, {"involvedObject", "kind"});
     }},
    {"involvedObject.namespace",
     [](const Object& o) {
       return at(o, {"involvedObject", "namespace"});
     }},
    {"involvedObject.name",
     [](const Object& o) {
       return at(o, {"involvedObject", "name"});
     }},
    {"involvedObject.uid",
     [](const Object& o) {
       return at(o, {"involvedObject", "uid"});
     }},
    {"involvedObject.apiVersion",
     [](const Object& o) {
       return at(o, {"involvedObject", "apiVersion"});
     }},
    {"involvedObject.resourceVersion",
     [](const Object& o) {
       return at(o, {"involvedObject", "resourceVersion"});
     }},
    {"involvedObject.fieldPath",
     [](const Object& o) {
       return at(o, {"involvedObject", "fieldPath"});
     }},
    {"reason", [](const Object& o) { return at(o, {"reason"}); }},
    {"reportingComponent", [](const Object& o) { return at(o, {"reportingComponent"}); }},
    {"source",
     [](const Object& o) {
       const auto source = at(o, {"source", "component"});
       return source.empty() ? at(o, {"reportingComponent"}) : source;
     }},
    {"type", [](const Object& o) { return at(o, {"type"}); }},
};

// resourcequotas

std::string quota_cell(const Object& o, bool limits) {
  std::vector<std::string> parts;
  if (const auto* hard = api::get_object(o, {"status", "hard"}))
    for (const auto& [name, value] : *hard) {
      const std::string_view key = name;
      if (key.starts_with("limits.") != limits || !value.is_string()) continue;
      const auto used = api::get_string(o, {"status", "used", key});
      parts.push_back(std::string(key) + ": " + (used.empty() ? "0" : std::string(used)) + "/" +
                      std::string(value.get_string()));
    }
  std::sort(parts.begin(), parts.end());
  std::string cell;
  for (const auto& p : parts)
    cell += cell.empty() ? p : ", " + p;
  return cell;
}

const Column quota_columns[] = {{"Name", "string", "name"}, {"Request"}, {"Limit"}, {"Age"}};

json::array quota_cells(const Object& o, base::SystemTime now) {
  return {text(name_cell(o)), text(quota_cell(o, false)), text(quota_cell(o, true)), text(age(o, now))};
}

const Column limit_columns[] = {{"Name", "string", "name"}, {"Created At", "date"}};

const KindRecord records[] = {
    {.group = "",
     .resource = "nodes",
     .defaults = default_node,
     .validate = validate_node,
     .validate_update = validate_node_update,
     .table = {node_columns, node_cells},
     .selectable_fields = node_fields,
     .status_from_create = true},
    {.group = "",
     .resource = "namespaces",
     .defaults = default_namespace,
     .prepare_create = prepare_namespace,
     .validate = validate_namespace,
     .validate_status = validate_namespace_status,
     .table = {namespace_columns,
               [](const Object& o, base::SystemTime now) -> json::array {
                 return {text(name_cell(o)), text(at(o, {"status", "phase"})), text(age(o, now))};
               }},
     .selectable_fields = namespace_fields,
     .validate_name = api::names::dns1123_label},
    {.group = "",
     .resource = "events",
     .validate = validate_event,
     .table = {event_columns, event_cells},
     .selectable_fields = event_fields,
     .expires = true,
     .allow_create_on_update = true},
    {.group = "",
     .resource = "resourcequotas",
     .validate = validate_quota,
     .validate_update = validate_quota_update,
     .validate_status = validate_quota_status,
     .table = {quota_columns, quota_cells},
     .allow_create_on_update = true},
    {.group = "",
     .resource = "limitranges",
     .defaults = default_limit_range,
     .validate = validate_limit_range,
     .table = {limit_columns,
               [](const Object& o, base::SystemTime) -> json::array {
                 return {text(name_cell(o)), text(at(o, {"metadata", "creationTimestamp"}))};
               }},
     .allow_create_on_update = true},
};

}  // namespace

std::span<const KindRecord> core_cluster_records() {
  return records;
}

}  // namespace apiserver::kinds
