#include <algorithm>
#include "api/names.hpp"
#include "apiserver/kinds/apps_rules.hpp"
#include "apiserver/kinds/groups.hpp"
#include "apiserver/kinds/pod_spec.hpp"
#include "apiserver/kinds/service_rules.hpp"
#include "apiserver/kinds/service_update.hpp"

namespace apiserver::kinds {
namespace {

// replicationcontrollers

void default_rc(Object& o) {
  auto& spec = api::ensure_object(o, {"spec"});
  api::set_default(spec, {"replicas"}, 1);
  auto& pod_template = api::ensure_object(spec, {"template"});
  default_pod_template(pod_template);
  const auto* labels = api::get_object(pod_template, {"metadata", "labels"});
  if (!labels) return;
  const Object wanted = *labels;
  const auto* selector = api::get_object(spec, {"selector"});
  if (!selector || selector->empty()) spec["selector"] = wanted;
  const auto* own = api::labels_of(o);
  if (!own || own->empty()) api::metadata(o)["labels"] = wanted;
}

void validate_rc(const Object& o, Errors& errors) {
  const Part spec = spec_of(o, errors);
  spec.not_negative("minReadySeconds");
  spec.require("selector");
  spec.not_negative("replicas");
  const Object selector{{"matchLabels", spec.copy("selector")}};
  validate_workload_template(spec, spec.count("selector") > 0 ? &selector : nullptr, "ReplicationController");
}

const Column rc_columns[] = {{"Name", "string", "name"},
                             {"Desired", "integer"},
                             {"Current", "integer"},
                             {"Ready", "integer"},
                             {"Age"},
                             {"Containers", "string", "", "", 1},
                             {"Images", "string", "", "", 1},
                             {"Selector", "string", "", "", 1}};

json::array rc_cells(const Object& o, base::SystemTime now) {
  static const Object none;
  const auto* spec = api::get_object(o, {"spec", "template", "spec"});
  return {text(name_cell(o)),
          number(o, {"spec", "replicas"}),
          number(o, {"status", "replicas"}),
          number(o, {"status", "readyReplicas"}),
          text(age(o, now)),
          text(container_names(spec ? *spec : none)),
          text(container_images(spec ? *spec : none)),
          text(labels_text(api::get_object(o, {"spec", "selector"})))};
}

// services

void default_service(Object& o) {
  auto& spec = api::ensure_object(o, {"spec"});
  api::set_default(spec, {"sessionAffinity"}, "None");
  api::set_default(spec, {"type"}, "ClusterIP");
  if (api::get_string(spec, {"sessionAffinity"}) == "ClientIP")
    api::set_default(spec, {"sessionAffinityConfig", "clientIP", "timeoutSeconds"}, 10800);
  each(spec, "ports", [](Object& port) {
    api::set_default(port, {"protocol"}, "TCP");
    if (!port.contains("targetPort") || port["targetPort"] == "" || port["targetPort"] == 0)
      port["targetPort"] = port.contains("port") ? port["port"] : json::value(0);
  });
  const auto* ips = api::get_array(spec, {"externalIPs"});
  const bool by_address = api::get_string(spec, {"type"}) == "ClusterIP" && ips && !ips->empty();
  if (has_node_ports(spec) || by_address) api::set_default(spec, {"externalTrafficPolicy"}, "Cluster");
  if (!is_external_name(spec)) api::set_default(spec, {"internalTrafficPolicy"}, "Cluster");
  if (api::get_string(spec, {"type"}) == "LoadBalancer")
    api::set_default(spec, {"allocateLoadBalancerNodePorts"}, true);
  if (!is_external_name(spec)) {
    api::set_default(spec, {"ipFamilyPolicy"}, "SingleStack");
    api::set_default(spec, {"ipFamilies"}, json::array{"IPv4"});
  }
}

std::string ports_cell(const Object& o) {
  std::vector<std::string> parts;
  if (const auto* spec = api::get_object(o, {"spec"}))
    each(*spec, "ports", Path(), [&](const Object& port, const Path&) {
      std::string part = std::to_string(number(port, {"port"}));
      if (const auto node_port = number(port, {"nodePort"})) part += ":" + std::to_string(node_port);
      parts.push_back(part + "/" + std::string(api::get_string(port, {"protocol"})));
    });
  return join(parts);
}

std::string external_cell(const Object& o) {
  const auto type = api::get_string(o, {"spec", "type"});
  std::vector<std::string> parts;
  if (const auto* ips = api::get_array(o, {"spec", "externalIPs"}))
    for (const auto& ip : *ips)
      if (ip.is_string()) parts.emplace_back(ip.get_string());
  if (type == "ExternalName") return std::string(api::get_string(o, {"spec", "externalName"}));
  if (type == "LoadBalancer") {
    if (const auto* lb = api::get_object(o, {"status", "loadBalancer"}))
      each(*lb, "ingress", Path(), [&](const Object& in, const Path&) {
        const auto ip = api::get_string(in, {"ip"});
        parts.emplace_back(ip.empty() ? api::get_string(in, {"hostname"}) : ip);
      });
    return join(parts, "<pending>");
  }
  return join(parts);
}

const Column service_columns[] = {
    {"Name", "string", "name"},       {"Type"}, {"Cluster-IP"}, {"External-IP"}, {"Port(s)"}, {"Age"},
    {"Selector", "string", "", "", 1}};

json::array service_cells(const Object& o, base::SystemTime now) {
  return {text(name_cell(o)),
          text(std::string(api::get_string(o, {"spec", "type"}))),
          text(or_none(api::get_string(o, {"spec", "clusterIP"}))),
          text(external_cell(o)),
          text(ports_cell(o)),
          text(age(o, now)),
          text(labels_text(api::get_object(o, {"spec", "selector"})))};
}

const SelectableField service_fields[] = {{"spec.clusterIP",
                                           [](const Object& o) {
                                             return std::string(api::get_string(o, {"spec", "clusterIP"}));
                                           }},
                                          {"spec.type", [](const Object& o) {
                                             return std::string(api::get_string(o, {"spec", "type"}));
                                           }}};

// endpoints

std::vector<std::string> endpoint_texts(const Object& subset) {
  std::vector<std::string> out;
  const auto* ports = api::get_array(subset, {"ports"});
  each(subset, "addresses", Path(), [&](const Object& a, const Path&) {
    const std::string ip(api::get_string(a, {"ip"}));
    if (!ports || ports->empty()) return out.push_back(ip);
    for (const auto& p : *ports)
      if (p.is_object()) out.push_back(ip + ":" + std::to_string(number(p.get_object(), {"port"})));
  });
  return out;
}

json::array endpoints_cells(const Object& o, base::SystemTime now) {
  std::vector<std::string> all;
  each(o, "subsets", Path(), [&](const Object& s, const Path&) {
    for (auto& e : endpoint_texts(s))
      all.push_back(std::move(e));
  });
  constexpr std::size_t shown = 3;
  std::string cell = join(std::vector<std::string>(all.begin(), all.begin() + std::min(all.size(), shown)));
  if (all.size() > shown) cell += " + " + std::to_string(all.size() - shown) + " more...";
  return {text(name_cell(o)), text(cell), text(age(o, now))};
}

const Column endpoints_columns[] = {{"Name", "string", "name"}, {"Endpoints"}, {"Age"}};

const ScalePaths rc_scale{.spec_replicas = {"spec", "replicas"},
                          .status_replicas = {"status", "replicas"},
                          .selector = {"spec", "selector"},
                          .selector_is_labels = true};

const SelectableField rc_fields[] = {{"status.replicas", [](const Object& o) {
                                        return std::to_string(number(o, {"status", "replicas"}));
                                      }}};

const KindRecord records[] = {
    {.group = "",
     .resource = "replicationcontrollers",
     .defaults = default_rc,
     .validate = validate_rc,
     .validate_status = validate_replica_status,
     .table = {rc_columns, rc_cells},
     .selectable_fields = rc_fields,
     .scale = rc_scale,
     .generation = true,
     .default_propagation = "orphan"},
    {.group = "",
     .resource = "services",
     .defaults = default_service,
     .prepare_update = prepare_service_update,
     .validate = validate_service,
     .validate_update = validate_service_update,
     .validate_status = validate_service_status,
     .table = {service_columns, service_cells},
     .selectable_fields = service_fields,
     .allow_create_on_update = true,
     .validate_name = api::names::dns1035_label},
    {.group = "",
     .resource = "endpoints",
     .defaults =
         [](Object& o) {
           each(o, "subsets", [](Object& s) {
             each(s, "ports", [](Object& p) { api::set_default(p, {"protocol"}, "TCP"); });
           });
         },
     .validate = validate_endpoints,
     .table = {endpoints_columns, endpoints_cells},
     .allow_create_on_update = true},
};

}  // namespace

std::span<const KindRecord> core_workload_records() {
  return records;
}

}  // namespace apiserver::kinds
