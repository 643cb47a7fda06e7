#include "apiserver/kinds/storage_rules.hpp"
#include <algorithm>
#include "api/names.hpp"
#include "api/quantity.hpp"
#include "apiserver/kinds/syntax.hpp"

namespace apiserver::kinds {
namespace {

constexpr std::size_t parameters_max = 512, parameter_bytes_max = 256 * 1024;

std::optional<std::string> qualified_in_lower_case(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(), [](unsigned char c) { return std::tolower(c); });
  return api::names::qualified_name(lower);
}

void check_parameters(const Part& o, bool needed) {
  const Path path("parameters");
  if (needed && o.count("parameters") == 0)
    return o.errors.required(path, "must contain at least one key/value pair");
  if (o.count("parameters") > parameters_max) return o.errors.too_long(path, nullptr, parameters_max);
  std::size_t bytes = 0;
  o.each_entry("parameters", [&](std::string_view key, std::string_view value, const Path&) {
    if (key.empty()) o.errors.invalid(path, json::value(key), "field can not be empty.");
    bytes += key.size() + value.size();
  });
  if (bytes > parameter_bytes_max) o.errors.too_long(path, nullptr, parameter_bytes_max);
}

void check_topologies(const Part& o) {
  o.each("allowedTopologies", [](const Part& term) {
    std::set<std::string> keys;
    term.each("matchLabelExpressions", [&](const Part& e) {
      e.require("values");
      std::set<std::string> values;
      e.each_text("values",
                  [&](std::string_view v, const Path& path) { check_unique(values, v, path, e.errors); });
      check_label_key(e.text("key"), e.at("key"), e.errors);
      check_unique(keys, e.text("key"), e.at("key"), e.errors);
    });
  });
}

void check_token_requests(const Part& spec) {
  std::set<std::string> audiences;
  spec.each("tokenRequests", [&](const Part& request) {
    const auto audience = request.text("audience");
    if (!audiences.emplace(audience).second)
      request.errors.duplicate(request.at("audience"), json::value(audience));
    const auto seconds = request.number("expirationSeconds");
    if (!seconds) return;
    if (*seconds < 600)
      request.invalid("expirationSeconds", "may not specify a duration less than 10 minutes");
    if (*seconds > (std::int64_t(1) << 32))
      request.invalid("expirationSeconds", "may not specify a duration larger than 2^32 seconds");
  });
}

void check_node_driver(const Part& driver, std::set<std::string>& names) {
  constexpr std::size_t id_max = 192;
  if (driver.require("name")) driver.syntax("name", syntax::csi_driver_name);
  const auto id = driver.text("nodeID");
  if (id.empty()) driver.errors.required(driver.at("nodeID"));
  if (id.size() > id_max) driver.invalid("nodeID", "must be 192 characters or less");
  driver.part("allocatable").not_negative("count");
  check_unique(names, driver.text("name"), driver.at("name"), driver.errors);
  std::set<std::string> keys;
  driver.each_text("topologyKeys", [&](std::string_view key, const Path&) {
    const Path path = driver.path;
    if (key.empty()) driver.errors.required(path);
    check_unique(keys, key, path, driver.errors);
    if (auto wrong = api::names::qualified_name(key))
      driver.errors.invalid(path, driver.copy("topologyKeys"), *wrong);
  });
}

void check_member_immutable(const Object& o, const Object& old, std::string_view member, Errors& errors) {
  check_immutable(o, old, {member}, errors);
}

}  // namespace

void validate_storage_class(const Object& o, Errors& errors) {
  const Part c = whole(o, errors);
  if (c.require("provisioner")) c.syntax("provisioner", qualified_in_lower_case);
  check_parameters(c, false);
  c.one_of_if_set("reclaimPolicy", {"Delete", "Retain"});
  c.one_of("volumeBindingMode", {"Immediate", "WaitForFirstConsumer"});
  check_topologies(c);
}

void validate_storage_class_update(const Object& o, const Object& old, Errors& errors) {
  for (auto member : {"parameters", "provisioner", "reclaimPolicy"})
    if (!same(o, old, {member}))
      errors.forbidden(Path(member), "updates to " + std::string(member) + " are forbidden.");
  check_member_immutable(o, old, "volumeBindingMode", errors);
}

void validate_driver(const Object& o, Errors& errors) {
  const Part spec = spec_of(o, errors);
  if (auto wrong = syntax::csi_driver_name(api::name_of(o)); wrong && !api::name_of(o).empty())
    errors.invalid(Path("metadata").child("name"), json::value(api::name_of(o)), *wrong);
  if (!spec.has("attachRequired")) errors.required(spec.at("attachedRequired"));
  for (auto member : {"podInfoOnMount", "storageCapacity"})
    if (!spec.has(member)) errors.required(spec.at(member));
  spec.one_of("fsGroupPolicy", {"File", "None", "ReadWriteOnceWithFSType"});
  check_token_requests(spec);
  spec.each_text("volumeLifecycleModes", [&](std::string_view mode, const Path&) {
    if (mode != "Persistent" && mode != "Ephemeral")
      add_not_supported(spec.at("volumeLifecycleModes"), json::value(mode), {"Persistent", "Ephemeral"},
                        errors);
  });
  const auto period = spec.number("nodeAllocatableUpdatePeriodSeconds");
  if (period && *period < 10)
    spec.invalid("nodeAllocatableUpdatePeriodSeconds", "must be greater than or equal to 10 seconds");
}

void validate_driver_update(const Object& o, const Object& old, Errors& errors) {
  for (auto member : {"attachRequired", "volumeLifecycleModes"}) {
    if (same(o, old, {"spec", member})) continue;
    const std::string_view shown = std::string_view(member) == "attachRequired" ? "attachedRequired" : member;
    errors.invalid(Path("spec").child(shown), copy(o, {"spec", member}), "field is immutable");
  }
}

void validate_csi_node(const Object& o, Errors& errors) {
  std::set<std::string> names;
  spec_of(o, errors).each("drivers", [&](const Part& driver) { check_node_driver(driver, names); });
}

void validate_csi_node_update(const Object& o, const Object& old, Errors& errors) {
  const Part spec = spec_of(o, errors);
  spec_of(old, errors).each("drivers", [&](const Part& before) {
    spec.each("drivers", [&](const Part& now) {
      if (now.text("name") != before.text("name")) return;
      for (auto member : {"nodeID", "topologyKeys"})
        if (!same(now.value, before.value, {member}))
          return errors.invalid(Path("CSINodeDriver"), now.value, "field is immutable");
    });
  });
}

void validate_attachment(const Object& o, Errors& errors) {
  const Part spec = spec_of(o, errors), source = spec.part("source");
  if (spec.require("attacher")) spec.syntax("attacher", syntax::csi_driver_name);
  constexpr std::string_view one = "must specify exactly one of inlineVolumeSpec and persistentVolumeName";
  const bool in_line = source.object("inlineVolumeSpec"), named = source.has("persistentVolumeName");
  if (!in_line && !named) errors.required(source.path, std::string(one));
  if (in_line && named) errors.forbidden(source.path, std::string(one));
  if (named && !in_line && source.text("persistentVolumeName").empty())
    errors.required(source.at("persistentVolumeName"), "must specify non empty persistentVolumeName");
  if (named) source.syntax("persistentVolumeName", api::names::dns1123_subdomain);
  check_name(spec.text("nodeName"), spec.at("nodeName"), api::names::dns1123_subdomain, errors);
}

void validate_attributes_class(const Object& o, Errors& errors) {
  const Part c = whole(o, errors);
  if (c.require("driverName")) c.syntax("driverName", syntax::csi_driver_name);
  check_parameters(c, true);
}

void validate_attributes_class_update(const Object& o, const Object& old, Errors& errors) {
  for (auto member : {"driverName", "parameters"})
    if (!same(o, old, {member}))
      errors.forbidden(Path(member), "updates to " + std::string(member) + " are forbidden.");
}

void validate_capacity(const Object& o, Errors& errors) {
  const Part c = whole(o, errors);
  check_selector(c, "nodeTopology");
  check_name(c.text("storageClassName"), Path("storageClassName"), api::names::dns1123_subdomain, errors);
  for (auto member : {"capacity", "maximumVolumeSize"}) {
    const auto q = api::Quantity::parse(c.text(member));
    if (!c.text(member).empty() && q && q->sign() < 0)
      c.invalid(member, "must be greater than or equal to 0");
  }
}

void validate_capacity_update(const Object& o, const Object& old, Errors& errors) {
  for (auto member : {"nodeTopology", "storageClassName"})
    check_member_immutable(o, old, member, errors);
}

}  // namespace apiserver::kinds
