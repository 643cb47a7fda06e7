#include "apiserver/kinds/dra_rules.hpp"
#include <boost/json/serialize.hpp>
#include "api/names.hpp"
#include "apiserver/kinds/pod_rules.hpp"
#include "apiserver/kinds/syntax.hpp"

namespace apiserver::kinds {
namespace {

constexpr std::size_t selectors_max = 32, requests_max = 32, constraints_max = 32, config_max = 32,
                      first_available_max = 8, devices_max = 128, attributes_max = 32,
                      expression_max = 10 * 1024, parameters_max = 10 * 1024;

void check_count(const Part& part, std::string_view list, std::size_t most) {
  if (part.count(list) > most) part.errors.too_many(part.at(list), part.count(list), most);
}

void check_selectors(const Part& part) {
  check_count(part, "selectors", selectors_max);
  part.each("selectors", [](const Part& selector) {
    if (!selector.object("cel")) return selector.errors.required(selector.at("cel"));
    const Part cel = selector.part("cel");
    if (cel.text("expression").size() > expression_max)
      cel.errors.too_long(cel.at("expression"), nullptr, expression_max);
    cel.require("expression");
  });
}

void check_driver(const Part& part, std::string_view member) {
  if (part.require(member)) part.syntax(member, syntax::csi_driver_name);
}

void check_opaque(const Part& config) {
  if (!config.object("opaque")) return config.errors.required(config.at("opaque"));
  const Part opaque = config.part("opaque");
  check_driver(opaque, "driver");
  const auto* parameters = opaque.value.if_contains("parameters");
  if (!parameters || parameters->is_null())
    opaque.errors.required(opaque.at("parameters"));
  else if (!parameters->is_object())
    opaque.errors.invalid(opaque.at("parameters"), *parameters, "parameters must be a valid JSON object");
  else if (json::serialize(*parameters).size() > parameters_max)
    opaque.errors.too_long(opaque.at("parameters"), nullptr, parameters_max);
}

void check_amount(const Part& r, bool admin_allowed) {
  (void)admin_allowed;
  check_selectors(r);
  const auto mode = r.text("allocationMode");
  const auto count = r.number("count");
  if (mode == "All" && count.value_or(0) != 0)
    r.invalid("count", "must not be specified when allocationMode is 'All'");
  else if (mode == "ExactCount" && count.value_or(0) <= 0)
    r.errors.invalid(r.at("count"), count.value_or(0), "must be greater than zero");
  else if (mode != "All" && mode != "ExactCount")
    r.errors.not_supported(r.at("allocationMode"), json::value(mode), {"All", "ExactCount"});
  r.each("tolerations", [](const Part& t) {
    t.syntax("key", api::names::qualified_name);
    t.one_of_if_set("operator", {"Equal", "Exists"});
    t.one_of_if_set("effect", {"NoExecute", "NoSchedule"});
  });
}

void check_class_name(const Part& r) {
  if (r.require("deviceClassName")) r.syntax("deviceClassName", api::names::dns1123_subdomain);
}

void check_request(const Part& request, std::set<std::string>& names) {
  if (request.require("name")) {
    request.syntax("name", api::names::dns1123_label);
    check_unique(names, request.text("name"), request.at("name"), request.errors);
  }
  const bool exactly = request.object("exactly"), first = request.count("firstAvailable") > 0;
  if (exactly && first)
    request.errors.invalid(
        request.path, request.value,
        "exactly one of `exactly` or `firstAvailable` is required, but multiple fields are set");
  if (!exactly && !first)
    return request.errors.required(request.path, "exactly one of `exactly` or `firstAvailable` is required");
  if (exactly) {
    check_class_name(request.part("exactly"));
    check_amount(request.part("exactly"), true);
  }
  check_count(request, "firstAvailable", first_available_max);
  std::set<std::string> inner;
  request.each("firstAvailable", [&](const Part& r) {
    if (r.require("name")) {
      r.syntax("name", api::names::dns1123_label);
      check_unique(inner, r.text("name"), r.at("name"), r.errors);
    }
    check_class_name(r);
    check_amount(r, false);
    names.insert(std::string(request.text("name")) + "/" + std::string(r.text("name")));
  });
}

void check_request_names(const Part& part, const std::set<std::string>& names) {
  check_count(part, "requests", requests_max);
  std::set<std::string> seen;
  part.each_text("requests", [&](std::string_view name, const Path& path) {
    if (!names.contains(std::string(name)))
      part.errors.invalid(path, json::value(name),
                          "must be the name of a request in the claim or the name of a request and a "
                          "subrequest separated by '/'");
    check_unique(seen, name, path, part.errors);
  });
}

void check_claim_spec(const Part& spec) {
  const Part devices = spec.part("devices");
  std::set<std::string> names;
  check_count(devices, "requests", requests_max);
  devices.each("requests", [&](const Part& request) { check_request(request, names); });
  check_count(devices, "constraints", constraints_max);
  devices.each("constraints", [&](const Part& c) {
    check_request_names(c, names);
    if (c.has("matchAttribute"))
      check_name(c.text("matchAttribute"), c.at("matchAttribute"), syntax::qualified_c_identifier, c.errors);
    else if (!c.has("distinctAttribute"))
      c.errors.required(c.at("matchAttribute"));
  });
  check_count(devices, "config", config_max);
  devices.each("config", [&](const Part& c) {
    check_request_names(c, names);
    check_opaque(c);
  });
}

void check_device(const Part& device, std::set<std::string>& names) {
  if (device.require("name")) {
    device.syntax("name", api::names::dns1123_label);
    check_unique(names, device.text("name"), device.at("name"), device.errors);
  }
  const auto n = device.count("attributes") + device.count("capacity");
  if (n > attributes_max)
    device.errors.invalid(device.path, static_cast<std::int64_t>(n),
                          "the total number of attributes and capacities must not exceed 32");
  if (const auto* attributes = device.object("attributes"))
    for (const auto& [name, value] : *attributes) {
      const Path path = device.at("attributes").key(name);
      check_name(name, path, syntax::qualified_c_identifier, device.errors);
      const std::size_t values = value.is_object() ? value.get_object().size() : 0;
      if (values == 0) device.errors.required(path, "exactly one value must be specified");
      if (values > 1) device.errors.invalid(path, value, "exactly one value must be specified");
    }
}

}  // namespace

void validate_device_class(const Object& o, Errors& errors) {
  const Part spec = spec_of(o, errors);
  check_selectors(spec);
  check_count(spec, "config", config_max);
  spec.each("config", check_opaque);
  spec.syntax("extendedResourceName", api::names::qualified_name);
}

void validate_resource_claim(const Object& o, Errors& errors) {
  check_claim_spec(spec_of(o, errors));
}

void validate_resource_claim_template(const Object& o, Errors& errors) {
  check_claim_spec(spec_of(o, errors).part("spec"));
}

void validate_resource_slice(const Object& o, Errors& errors) {
  const Part spec = spec_of(o, errors), pool = spec.part("pool");
  check_driver(spec, "driver");
  pool.require("name");
  if (pool.number("resourceSliceCount").value_or(0) <= 0)
    errors.invalid(pool.at("resourceSliceCount"), pool.number("resourceSliceCount").value_or(0),
                   "must be greater than zero");
  pool.not_negative("generation");
  int places = 0;
  for (auto member : {"nodeName", "nodeSelector"})
    places += spec.has(member) && !(spec.has(member) && spec.copy(member) == json::value("")) ? 1 : 0;
  for (auto member : {"allNodes", "perDeviceNodeSelection"})
    places += spec.flag(member) ? 1 : 0;
  constexpr std::string_view one =
      "exactly one of `nodeName`, `nodeSelector`, `allNodes`, `perDeviceNodeSelection` is required";
  if (places == 0) errors.required(spec.path, std::string(one));
  if (places > 1) errors.invalid(spec.path, spec.value, std::string(one) + ", but multiple fields are set");
  spec.syntax("nodeName", api::names::dns1123_subdomain);
  spec.with("nodeSelector", validate_node_selector);
  check_count(spec, "devices", devices_max);
  std::set<std::string> names;
  spec.each("devices", [&](const Part& device) { check_device(device, names); });
}

void validate_resource_slice_update(const Object& o, const Object& old, Errors& errors) {
  for (auto member : {"driver", "nodeName"})
    check_immutable(o, old, {"spec", member}, errors);
  if (!same(o, old, {"spec", "pool", "name"}))
    errors.invalid(path_of({"spec", "pool", "name"}), copy(o, {"spec", "pool", "name"}),
                   "field is immutable");
}

}  // namespace apiserver::kinds
