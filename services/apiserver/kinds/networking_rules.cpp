#include "apiserver/kinds/networking_rules.hpp"
#include "api/names.hpp"
#include "apiserver/kinds/syntax.hpp"

namespace apiserver::kinds {
namespace {

// networkpolicies

void check_policy_port(const Part& port) {
  port.one_of_in_order("protocol", {"TCP", "UDP", "SCTP"});
  if (!port.has("port")) {
    if (port.has("endPort"))
      port.errors.required(port.at("port"), "must be specified when `endPort` is specified");
    return;
  }
  check_port_or_name(port, "port");
  if (!port.has("endPort")) return;
  const auto first = port.number("port");
  if (!first)
    return port.errors.forbidden(port.at("endPort"), "may not be specified when `port` is non-numeric");
  if (*port.number("endPort") < *first) port.invalid("endPort", "must be greater than or equal to `port`");
  port.range("endPort", 1, 65535);
}

void check_ip_block(const Part& block) {
  if (!block.require("cidr")) return;
  check_cidr(block.text("cidr"), block.at("cidr"), block.errors);
  block.each_text("except",
                  [&](std::string_view cidr, const Path& path) { check_cidr(cidr, path, block.errors); });
}

void check_peer(const Part& peer) {
  int kinds = 0;
  for (auto selector : {"podSelector", "namespaceSelector"})
    if (peer.object(selector)) {
      ++kinds;
      check_selector(peer, selector);
    }
  const bool block = peer.object("ipBlock");
  if (block) check_ip_block(peer.part("ipBlock"));
  if (kinds == 0 && !block) peer.errors.required(peer.path, "must specify a peer");
  if (kinds > 0 && block) peer.errors.forbidden(peer.path, "may not specify both ipBlock and another peer");
}

void check_rules(const Part& spec, std::string_view direction, std::string_view peers) {
  spec.each(direction, [&](const Part& rule) {
    rule.each("ports", check_policy_port);
    rule.each(peers, check_peer);
  });
}

// ingresses

void check_host(std::string_view host, const Path& path, Errors& errors) {
  if (host.empty()) return;
  if (is_ip(host)) errors.invalid(path, json::value(host), "must be a DNS name, not an IP address");
  check_name(
      host, path,
      host.find('*') == std::string_view::npos ? api::names::dns1123_subdomain : syntax::wildcard_subdomain,
      errors);
}

void check_resource_ref(const Part& ref) {
  ref.syntax("apiGroup", api::names::dns1123_subdomain);
  if (ref.require("kind", "kind is required")) ref.syntax("kind", api::names::path_segment);
  if (ref.require("name", "name is required")) ref.syntax("name", api::names::path_segment);
}

void check_backend(const Part& backend) {
  const bool resource = backend.object("resource"), service = backend.object("service");
  if (resource && service)
    return backend.errors.invalid(backend.path, "", "cannot set both resource and service backends");
  if (resource) return check_resource_ref(backend.part("resource"));
  if (!service) return backend.errors.invalid(backend.path, "", "resource or service backend is required");
  const Part s = backend.part("service");
  if (s.require("name")) s.syntax("name", api::names::dns1035_label);
  const Part port = s.part("port");
  const bool named = !port.text("name").empty(), numbered = port.number("number").value_or(0) != 0;
  if (named && numbered)
    backend.errors.invalid(backend.path, "", "cannot set both port name & port number");
  else if (named)
    port.syntax("name", api::names::port_name);
  else if (numbered)
    port.range("number", 1, 65535);
  else
    backend.errors.required(backend.path, "port name or number is required");
}

void check_exact_path(const Part& route) {
  const auto path = route.text("path");
  const auto wrong = [&](std::string why) {
    route.errors.invalid(route.at("path"), json::value(path), std::move(why));
  };
  if (!path.starts_with("/")) wrong("must be an absolute path");
  for (auto bad : {"//", "/./", "/../", "%2f", "%2F"})
    if (path.find(bad) != std::string_view::npos) wrong("must not contain '" + std::string(bad) + "'");
  for (auto bad : {"/..", "/."})
    if (path.ends_with(bad)) wrong("cannot end with '" + std::string(bad) + "'");
}

void check_route(const Part& route) {
  const auto type = route.text("pathType"), path = route.text("path");
  if (!route.has("pathType"))
    return route.errors.required(route.at("pathType"), "pathType must be specified");
  if (type == "Exact" || type == "Prefix")
    check_exact_path(route);
  else if (type != "ImplementationSpecific")
    route.one_of_if_set("pathType", {"Exact", "ImplementationSpecific", "Prefix"});
  else if (!path.empty() && !path.starts_with("/"))
    route.invalid("path", "must be an absolute path");
  check_backend(route.part("backend"));
}

}  // namespace

void validate_network_policy(const Object& o, Errors& errors) {
  const Part spec = spec_of(o, errors);
  check_selector(spec, "podSelector");
  check_rules(spec, "ingress", "from");
  check_rules(spec, "egress", "to");
  if (spec.count("policyTypes") > 2)
    return spec.invalid("policyTypes", "may not specify more than two policyTypes");
  spec.each_text("policyTypes", [&](std::string_view type, const Path& path) {
    if (type != "Ingress" && type != "Egress")
      add_not_supported(path, json::value(type), {"Ingress", "Egress"}, errors);
  });
}

void validate_ingress(const Object& o, Errors& errors) {
  const Part spec = spec_of(o, errors);
  if (spec.count("rules") == 0 && !spec.object("defaultBackend"))
    errors.invalid(spec.path, spec.copy("rules"), "either `defaultBackend` or `rules` must be specified");
  spec.with("defaultBackend", check_backend);
  spec.each("rules", [](const Part& rule) {
    check_host(rule.text("host"), rule.at("host"), rule.errors);
    rule.with("http", [](const Part& http) {
      http.require("paths");
      http.each("paths", check_route);
    });
  });
  spec.each("tls", [](const Part& tls) {
    tls.each_text("hosts", [&](std::string_view host, const Path& path) {
      check_name(host, path,
                 host.find('*') == std::string_view::npos ? api::names::dns1123_subdomain
                                                          : syntax::wildcard_subdomain,
                 tls.errors);
    });
    tls.syntax("secretName", api::names::dns1123_subdomain);
  });
  if (spec.has("ingressClassName"))
    check_name(spec.text("ingressClassName"), spec.at("ingressClassName"), api::names::dns1123_subdomain,
               errors);
}

void check_load_balancer_status(const Part& status, bool used, bool mode_needed) {
  const Part balancer = status.part("loadBalancer");
  if (!used) {
    if (balancer.count("ingress") > 0)
      balancer.forbid("ingress", "may only be used when `spec.type` is 'LoadBalancer'");
    return;
  }
  balancer.each("ingress", [&](const Part& in) {
    const auto ip = in.text("ip"), host = in.text("hostname");
    if (!ip.empty()) check_ip(ip, in.at("ip"), in.errors);
    if (mode_needed && !ip.empty() && !in.has("ipMode"))
      in.errors.required(in.at("ipMode"), "must be specified when `ip` is set");
    if (in.has("ipMode") && ip.empty())
      in.forbid("ipMode", "may not be specified when `ip` is not set");
    else
      in.one_of_if_set("ipMode", {"Proxy", "VIP"});
    in.syntax("hostname", api::names::dns1123_subdomain);
    if (is_ip(host)) in.invalid("hostname", "must be a DNS name, not an IP address");
  });
}

void validate_ingress_status(const Object& o, const Object&, Errors& errors) {
  check_load_balancer_status(whole(o, errors).part("status"), true, false);
}

void validate_ingress_class(const Object& o, Errors& errors) {
  constexpr std::size_t controller_max = 250;
  const Part spec = spec_of(o, errors);
  if (spec.text("controller").size() > controller_max)
    errors.too_long(spec.at("controller"), nullptr, controller_max);
  check_name(spec.text("controller"), spec.at("controller"), syntax::domain_prefixed_path, errors);
  spec.with("parameters", [](const Part& p) {
    check_resource_ref(p);
    const auto scope = p.text("scope");
    if (!p.has("scope")) return p.errors.required(p.at("scope"));
    p.one_of_if_set("scope", {"Cluster", "Namespace"});
    if (scope == "Namespace") {
      if (!p.has("namespace"))
        p.errors.required(p.at("namespace"), "`parameters.scope` is set to 'Namespace'");
      p.syntax("namespace", api::names::dns1123_label);
    }
    if (scope == "Cluster" && p.has("namespace"))
      p.forbid("namespace", "`parameters.scope` is set to 'Cluster'");
  });
}

void validate_address(const Object& o, Errors& errors) {
  const Part spec = spec_of(o, errors);
  if (!spec.object("parentRef")) return errors.required(spec.at("parentRef"));
  const Part ref = spec.part("parentRef");
  ref.syntax("group", api::names::dns1123_subdomain);
  if (ref.require("resource")) ref.syntax("resource", api::names::path_segment);
  if (ref.require("name")) ref.syntax("name", api::names::path_segment);
  ref.syntax("namespace", api::names::path_segment);
}

void validate_service_cidr(const Object& o, Errors& errors) {
  const Part spec = spec_of(o, errors);
  const auto n = spec.count("cidrs");
  if (n == 0) return errors.required(spec.at("cidrs"), "at least one CIDR required");
  if (n > 2) errors.invalid(spec.path, spec.value, "may only hold up to 2 values");
  int v6 = 0;
  spec.each_text("cidrs", [&](std::string_view cidr, const Path& path) {
    check_cidr(cidr, path, errors);
    if (is_ipv6(cidr.substr(0, cidr.find('/')))) ++v6;
  });
  if (n == 2 && v6 != 1)
    errors.invalid(
        spec.path, spec.value,
        "may specify no more than one IP for each IP family, i.e 192.168.0.0/24 and 2001:db8::/64");
}

void validate_service_cidr_update(const Object& o, const Object& old, Errors& errors) {
  const Part spec = spec_of(o, errors);
  const auto* now = spec.list("cidrs");
  const auto* before = spec_of(old, errors).list("cidrs");
  if (!now || !before) return;
  // A second family may be added; what is there stays.
  const bool added = before->size() == 1 && now->size() == 2;
  for (std::size_t i = 0; i < before->size(); ++i)
    if (i >= now->size() || (*now)[i] != (*before)[i])
      return errors.invalid(added ? spec.at("cidrs").index(i) : spec.at("cidrs"),
                            added && i < now->size() ? (*now)[i] : json::value(*now), "field is immutable");
  if (now->size() != before->size() && !added) spec.invalid("cidrs", "field is immutable");
}

}  // namespace apiserver::kinds
