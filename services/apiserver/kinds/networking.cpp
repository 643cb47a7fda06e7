#include "api/names.hpp"
#include "apiserver/kinds/common.hpp"
#include "apiserver/kinds/groups.hpp"
#include "apiserver/kinds/networking_rules.hpp"

namespace apiserver::kinds {
namespace {

constexpr std::string_view group = "networking.k8s.io";

// networkpolicies

void default_policy(Object& o) {
  auto& spec = api::ensure_object(o, {"spec"});
  for (auto direction : {"ingress", "egress"})
    each(spec, direction, [](Object& rule) {
      each(rule, "ports", [](Object& port) { api::set_default(port, {"protocol"}, "TCP"); });
    });
  const auto* types = api::get_array(spec, {"policyTypes"});
  if (types && !types->empty()) return;
  json::array implied{"Ingress"};
  if (spec.contains("egress")) implied.emplace_back("Egress");
  spec["policyTypes"] = std::move(implied);
}

const Column policy_columns[] = {{"Name", "string", "name"}, {"Pod-Selector"}, {"Age"}};

// ingresses

void default_class(Object& o) {
  if (api::get_object(o, {"spec", "parameters"}))
    api::set_default(o, {"spec", "parameters", "scope"}, "Cluster");
}

std::string hosts_cell(const Object& o) {
  std::vector<std::string> hosts;
  if (const auto* spec = api::get_object(o, {"spec"}))
    each(*spec, "rules", Path(), [&](const Object& rule, const Path&) {
      if (const auto host = at(rule, {"host"}); !host.empty()) hosts.push_back(host);
    });
  return join(hosts, "*");
}

std::string ingress_address(const Object& o) {
  std::vector<std::string> parts;
  if (const auto* lb = api::get_object(o, {"status", "loadBalancer"}))
    each(*lb, "ingress", Path(), [&](const Object& i, const Path&) {
      const auto ip = at(i, {"ip"});
      parts.push_back(ip.empty() ? at(i, {"hostname"}) : ip);
    });
  return join(parts, "");
}

const Column ingress_columns[] = {
    {"Name", "string", "name"}, {"Class"}, {"Hosts"}, {"Address"}, {"Ports"}, {"Age"}};

json::array ingress_cells(const Object& o, base::SystemTime now) {
  const auto* tls = api::get_array(o, {"spec", "tls"});
  return {text(name_cell(o)),       text(or_none(at(o, {"spec", "ingressClassName"}))), text(hosts_cell(o)),
          text(ingress_address(o)), text(tls && !tls->empty() ? "80, 443" : "80"),      text(age(o, now))};
}

const Column class_columns[] = {{"Name", "string", "name"}, {"Controller"}, {"Parameters"}, {"Age"}};

json::array class_cells(const Object& o, base::SystemTime now) {
  std::string parameters = "<none>";
  if (const auto* p = api::get_object(o, {"spec", "parameters"})) {
    parameters = at(*p, {"kind"});
    if (const auto g = at(*p, {"apiGroup"}); !g.empty()) parameters += "." + g;
    parameters += "/" + at(*p, {"name"});
  }
  return {text(name_cell(o)), text(at(o, {"spec", "controller"})), text(parameters), text(age(o, now))};
}

// ipaddresses, servicecidrs

const Column address_columns[] = {{"Name", "string", "name"}, {"ParentRef"}, {"Age"}};

json::array address_cells(const Object& o, base::SystemTime now) {
  std::string parent = at(o, {"spec", "parentRef", "resource"});
  if (const auto g = at(o, {"spec", "parentRef", "group"}); !g.empty()) parent += "." + g;
  if (const auto ns = at(o, {"spec", "parentRef", "namespace"}); !ns.empty()) parent += "/" + ns;
  return {text(name_cell(o)), text(parent + "/" + at(o, {"spec", "parentRef", "name"})), text(age(o, now))};
}

const Column cidr_columns[] = {{"Name", "string", "name"}, {"CIDRs"}, {"Age"}};

json::array cidr_cells(const Object& o, base::SystemTime now) {
  std::vector<std::string> parts;
  if (const auto* cidrs = api::get_array(o, {"spec", "cidrs"}))
    for (const auto& c : *cidrs)
      if (c.is_string()) parts.emplace_back(c.get_string());
  return {text(name_cell(o)), text(join(parts, "")), text(age(o, now))};
}

const KindRecord records[] = {
    {.group = group,
     .resource = "networkpolicies",
     .defaults = default_policy,
     .validate = validate_network_policy,
     .table = {policy_columns,
               [](const Object& o, base::SystemTime now) -> json::array {
                 return {text(name_cell(o)), text(selector_text(api::get_object(o, {"spec", "podSelector"}))),
                         text(age(o, now))};
               }},
     .generation = true},
    {.group = group,
     .resource = "ingresses",
     .validate = validate_ingress,
     .validate_status = validate_ingress_status,
     .table = {ingress_columns, ingress_cells},
     .generation = true},
    {.group = group,
     .resource = "ingressclasses",
     .defaults = default_class,
     .validate = validate_ingress_class,
     .validate_update =
         [](const Object& o, const Object& old, Errors& e) {
           check_immutable(o, old, {"spec", "controller"}, e);
         },
     .table = {class_columns, class_cells},
     .generation = true},
    {.group = group,
     .resource = "ipaddresses",
     .validate = validate_address,
     .validate_update =
         [](const Object& o, const Object& old, Errors& e) {
           check_immutable(o, old, {"spec", "parentRef"}, e);
         },
     .table = {address_columns, address_cells},
     .validate_name = api::names::ip_address},
    {.group = group,
     .resource = "servicecidrs",
     .validate = validate_service_cidr,
     .validate_update = validate_service_cidr_update,
     .table = {cidr_columns, cidr_cells}},
};

}  // namespace

std::span<const KindRecord> networking_records() {
  return records;
}

}  // namespace apiserver::kinds
