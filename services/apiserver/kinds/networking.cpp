#include "api/names.hpp"
#include "apiserver/kinds/common.hpp"
#include "apiserver/kinds/groups.hpp"

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

void validate_policy(const Object& o, Errors& errors) {
  const Path path("spec");
  const auto* spec = api::get_object(o, {"spec"});
  if (!spec) return;
  if (const auto* selector = api::get_object(*spec, {"podSelector"}))
    check_label_selector(*selector, path.child("podSelector"), errors);
}

const Column policy_columns[] = {{"Name", "string", "name"}, {"Pod-Selector"}, {"Age"}};

// ingresses

void default_ingress(Object& o) {
  if (api::get_object(o, {"spec"}))
    each(api::ensure_object(o, {"spec"}), "rules", [](Object& rule) {
      if (!api::get_object(rule, {"http"})) return;
      each(api::ensure_object(rule, {"http"}), "paths",
           [](Object& p) { api::set_default(p, {"pathType"}, "ImplementationSpecific"); });
    });
}

void validate_backend(const Object& backend, const Path& path, Errors& errors) {
  const auto* service = api::get_object(backend, {"service"});
  if (!service && !api::get_object(backend, {"resource"}))
    return errors.required(path, "one of service or resource is required");
  if (!service) return;
  check_required(*service, "name", path.child("service"), errors);
  if (api::get_string(*service, {"port", "name"}).empty() && !api::get_int(*service, {"port", "number"}))
    errors.required(path.child("service").child("port"), "port name or number is required");
}

void validate_ingress(const Object& o, Errors& errors) {
  const Path path("spec");
  const auto* spec = api::get_object(o, {"spec"});
  const auto* rules = spec ? api::get_array(*spec, {"rules"}) : nullptr;
  const auto* fallback = spec ? api::get_object(*spec, {"defaultBackend"}) : nullptr;
  if ((!rules || rules->empty()) && !fallback)
    return errors.invalid(path, spec ? json::value(*spec) : json::value(),
                          "either `defaultBackend` or `rules` must be specified");
  if (fallback) validate_backend(*fallback, path.child("defaultBackend"), errors);
  each(*spec, "rules", path, [&](const Object& rule, const Path& p) {
    const auto* http = api::get_object(rule, {"http"});
    if (!http) return;
    check_required(*http, "paths", p.child("http"), errors);
    each(*http, "paths", p.child("http"), [&](const Object& route, const Path& rp) {
      check_one_of(route, "pathType", rp, {"Exact", "Prefix", "ImplementationSpecific"}, errors);
      const auto text = api::get_string(route, {"path"});
      if (!text.empty() && text.front() != '/')
        errors.invalid(rp.child("path"), json::value(text), "must be an absolute path");
      static const Object none;
      const auto* backend = api::get_object(route, {"backend"});
      validate_backend(backend ? *backend : none, rp.child("backend"), errors);
    });
  });
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
     .validate = validate_policy,
     .table = {policy_columns,
               [](const Object& o, base::SystemTime now) -> json::array {
                 return {text(name_cell(o)), text(selector_text(api::get_object(o, {"spec", "podSelector"}))),
                         text(age(o, now))};
               }},
     .generation = true},
    {.group = group,
     .resource = "ingresses",
     .defaults = default_ingress,
     .validate = validate_ingress,
     .table = {ingress_columns, ingress_cells},
     .generation = true},
    {.group = group,
     .resource = "ingressclasses",
     .validate_update =
         [](const Object& o, const Object& old, Errors& e) {
           check_immutable(o, old, {"spec", "controller"}, e);
         },
     .table = {class_columns, class_cells},
     .generation = true},
    {.group = group,
     .resource = "ipaddresses",
     .table = {address_columns, address_cells},
     .validate_name = api::names::ip_address},
    {.group = group, .resource = "servicecidrs", .table = {cidr_columns, cidr_cells}},
};

}  // namespace

std::span<const KindRecord> networking_records() {
  return records;
}

}  // namespace apiserver::kinds
