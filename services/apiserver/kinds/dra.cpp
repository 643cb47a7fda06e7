#include "api/names.hpp"
#include "apiserver/kinds/dra_rules.hpp"
#include "apiserver/kinds/groups.hpp"

namespace apiserver::kinds {
namespace {

constexpr std::string_view group = "resource.k8s.io";

// Defaults: one device of a class, unless more is said.

void default_request(Object& request) {
  const auto fill = [](Object& r) {
    if (api::get_string(r, {"allocationMode"}).empty()) r["allocationMode"] = "ExactCount";
    if (api::get_string(r, {"allocationMode"}) == "ExactCount" && number(r, {"count"}) == 0) r["count"] = 1;
  };
  if (auto* exactly = request.if_contains("exactly"); exactly && exactly->is_object())
    fill(exactly->get_object());
  each(request, "firstAvailable", fill);
}

void default_devices(Object& spec) {
  if (!api::get_object(spec, {"devices"})) return;
  each(api::ensure_object(spec, {"devices"}), "requests", default_request);
}

void default_claim(Object& o) {
  default_devices(api::ensure_object(o, {"spec"}));
}

void default_claim_template(Object& o) {
  default_devices(api::ensure_object(o, {"spec", "spec"}));
}

// Columns.

std::string claim_state(const Object& o) {
  std::vector<std::string> states;
  if (api::is_deleting(o)) states.emplace_back("deleted");
  const auto* status = api::get_object(o, {"status"});
  if (!status || !api::get_object(*status, {"allocation"})) {
    if (!api::is_deleting(o)) states.emplace_back("pending");
    return join(states, "");
  }
  states.emplace_back("allocated");
  const auto* users = api::get_array(*status, {"reservedFor"});
  if (users && !users->empty()) states.emplace_back("reserved");
  return join(states, "");
}

const Column name_and_age[] = {{"Name", "string", "name"}, {"Age"}};
const Column claim_columns[] = {{"Name", "string", "name"}, {"State"}, {"Age"}};
const Column slice_columns[] = {{"Name", "string", "name"}, {"Node"}, {"Driver"}, {"Pool"}, {"Age"}};

json::array name_and_age_cells(const Object& o, base::SystemTime now) {
  return {text(name_cell(o)), text(age(o, now))};
}

json::array claim_cells(const Object& o, base::SystemTime now) {
  return {text(name_cell(o)), text(claim_state(o)), text(age(o, now))};
}

json::array slice_cells(const Object& o, base::SystemTime now) {
  return {text(name_cell(o)), text(or_none(at(o, {"spec", "nodeName"}))), text(at(o, {"spec", "driver"})),
          text(at(o, {"spec", "pool", "name"})), text(age(o, now))};
}

const SelectableField slice_fields[] = {{"spec.nodeName",
                                         [](const Object& o) {
                                           return at(o, {"spec", "nodeName"});
                                         }},
                                        {"spec.driver", [](const Object& o) {
                                           return at(o, {"spec", "driver"});
                                         }}};

const KindRecord records[] = {
    {.group = group,
     .resource = "deviceclasses",
     .validate = validate_device_class,
     .table = {name_and_age, name_and_age_cells},
     .generation = true},
    {.group = group,
     .resource = "resourceclaims",
     .defaults = default_claim,
     .validate = validate_resource_claim,
     .validate_update = [](const Object& o, const Object& old,
                           Errors& e) { check_immutable(o, old, {"spec"}, e); },
     .table = {claim_columns, claim_cells}},
    {.group = group,
     .resource = "resourceclaimtemplates",
     .defaults = default_claim_template,
     .validate = validate_resource_claim_template,
     .validate_update = [](const Object& o, const Object& old,
                           Errors& e) { check_immutable(o, old, {"spec"}, e); },
     .table = {name_and_age, name_and_age_cells}},
    {.group = group,
     .resource = "resourceslices",
     .validate = validate_resource_slice,
     .validate_update = validate_resource_slice_update,
     .table = {slice_columns, slice_cells},
     .selectable_fields = slice_fields,
     .generation = true},
};

}  // namespace

std::span<const KindRecord> dra_records() {
  return records;
}

}  // namespace apiserver::kinds
