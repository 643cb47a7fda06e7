#include "api/names.hpp"
#include "apiserver/kinds/service_rules.hpp"

namespace apiserver::kinds {
namespace {

void check_address(const Part& address) {
  check_ip(address.text("ip"), address.at("ip"), address.errors);
  address.syntax("hostname", api::names::dns1123_label);
  if (address.has("nodeName"))
    check_name(address.text("nodeName"), address.at("nodeName"), api::names::dns1123_subdomain,
               address.errors);
  check_usable_ip(address.text("ip"), address.at("ip"), address.errors);
}

void check_endpoint_port(const Part& port, bool name_needed) {
  if (name_needed) port.require("name");
  port.syntax("name", api::names::dns1123_label);
  check_port(port.number("port").value_or(0), port.at("port"), port.errors);
  port.one_of("protocol", {"SCTP", "TCP", "UDP"});
  port.syntax("appProtocol", api::names::qualified_name);
}

void check_slice_address(std::string_view address, std::string_view type, const Path& path, Errors& errors) {
  if (type == "FQDN") return check_name(address, path, api::names::dns1123_subdomain, errors);
  const bool right = is_ip(address) && is_ipv6(address) == (type == "IPv6");
  if (!right && type == "IPv6") errors.invalid(path, json::value(address), "must be a valid IPv6 address");
  if (!right && type == "IPv4") errors.invalid(path, json::value(address), "must be a valid IPv4 address");
  check_usable_ip(address, path, errors);
}

void check_hints(const Part& endpoint) {
  constexpr std::size_t hints_max = 8;
  const Part hints = endpoint.part("hints");
  for (auto list : {"forZones", "forNodes"}) {
    if (hints.count(list) > hints_max)
      return hints.errors.too_many(hints.at(list), hints.count(list), hints_max);
    std::set<std::string> seen;
    hints.each(list, [&](const Part& hint) {
      check_unique(seen, hint.text("name"), hint.at("name"), hint.errors);
      check_name(
          hint.text("name"), hint.at("name"),
          std::string_view(list) == "forZones" ? api::names::label_value : api::names::dns1123_subdomain,
          hint.errors);
    });
  }
}

void check_endpoint(const Part& endpoint, std::string_view type) {
  constexpr std::size_t addresses_max = 100, topology_max = 16;
  const auto addresses = endpoint.count("addresses");
  endpoint.require("addresses", "must contain at least 1 address");
  if (addresses > addresses_max) endpoint.errors.too_many(endpoint.at("addresses"), addresses, addresses_max);
  endpoint.each_text("addresses", [&](std::string_view address, const Path& path) {
    check_slice_address(address, type, path, endpoint.errors);
  });
  if (endpoint.has("nodeName"))
    check_name(endpoint.text("nodeName"), endpoint.at("nodeName"), api::names::dns1123_subdomain,
               endpoint.errors);
  if (endpoint.count("deprecatedTopology") > topology_max)
    endpoint.errors.too_many(endpoint.at("deprecatedTopology"), endpoint.count("deprecatedTopology"),
                             topology_max);
  endpoint.syntax("hostname", api::names::dns1123_label);
  check_hints(endpoint);
}

}  // namespace

void validate_endpoints(const Object& o, Errors& errors) {
  whole(o, errors).each("subsets", [](const Part& subset) {
    if (subset.count("addresses") + subset.count("notReadyAddresses") == 0)
      subset.errors.required(subset.path, "must specify `addresses` or `notReadyAddresses`");
    subset.each("addresses", check_address);
    subset.each("notReadyAddresses", check_address);
    subset.each("ports", [&](const Part& port) { check_endpoint_port(port, subset.count("ports") > 1); });
  });
}

void validate_slice(const Object& o, Errors& errors) {
  constexpr std::size_t endpoints_max = 1000, ports_max = 20000;
  const Part slice = whole(o, errors);
  slice.one_of("addressType", {"FQDN", "IPv4", "IPv6"});
  if (slice.count("endpoints") > endpoints_max)
    return errors.too_many(Path("endpoints"), slice.count("endpoints"), endpoints_max);
  slice.each("endpoints", [&](const Part& e) { check_endpoint(e, slice.text("addressType")); });
  if (slice.count("ports") > ports_max)
    return errors.too_many(Path("ports"), slice.count("ports"), ports_max);
  std::set<std::string> names;
  slice.each("ports", [&](const Part& port) {
    port.syntax("name", api::names::dns1123_label);
    if (!names.emplace(port.text("name")).second)
      errors.duplicate(port.at("name"), json::value(port.text("name")));
    port.range("port", 1, 65535);
    port.one_of("protocol", {"SCTP", "TCP", "UDP"});
    port.syntax("appProtocol", api::names::qualified_name);
  });
}

}  // namespace apiserver::kinds
