#include "apiserver/kinds/common.hpp"
#include "apiserver/kinds/groups.hpp"

namespace apiserver::kinds {
namespace {

constexpr std::string_view group = "storage.k8s.io";

std::string yes_no(const Object& o, std::initializer_list<std::string_view> path) {
  return api::get_bool(o, path) ? "true" : "false";
}

void default_class(Object& o) {
  api::set_default(o, {"reclaimPolicy"}, "Delete");
  api::set_default(o, {"volumeBindingMode"}, "Immediate");
}

void class_update(const Object& o, const Object& old, Errors& errors) {
  for (auto member : {"parameters", "provisioner", "reclaimPolicy", "volumeBindingMode"})
    if (!same(o, old, {member}))
      errors.forbidden(Path(member), "updates to " + std::string(member) + " are forbidden.");
}

std::string class_name(const Object& o) {
  const bool is_default = api::get_string(o, {"metadata", "annotations",
                                              "storageclass.kubernetes.io/is-default-class"}) == "true";
  return name_cell(o) + (is_default ? " (default)" : "");
}

const Column class_columns[] = {{"Name", "string", "name"}, {"Provisioner"},          {"ReclaimPolicy"},
                                {"VolumeBindingMode"},      {"AllowVolumeExpansion"}, {"Age"}};

json::array class_cells(const Object& o, base::SystemTime now) {
  return {text(class_name(o)),
          text(at(o, {"provisioner"})),
          text(at(o, {"reclaimPolicy"})),
          text(at(o, {"volumeBindingMode"})),
          text(yes_no(o, {"allowVolumeExpansion"})),
          text(age(o, now))};
}

void default_driver(Object& o) {
  auto& spec = api::ensure_object(o, {"spec"});
  api::set_default(spec, {"attachRequired"}, true);
  api::set_default(spec, {"podInfoOnMount"}, false);
  api::set_default(spec, {"storageCapacity"}, false);
  api::set_default(spec, {"requiresRepublish"}, false);
  api::set_default(spec, {"seLinuxMount"}, false);
  api::set_default(spec, {"fsGroupPolicy"}, "ReadWriteOnceWithFSType");
  api::set_default(spec, {"volumeLifecycleModes"}, json::array{"Persistent"});
}

const Column driver_columns[] = {{"Name", "string", "name"},
                                 {"AttachRequired", "boolean"},
                                 {"PodInfoOnMount", "boolean"},
                                 {"StorageCapacity", "boolean"},
                                 {"Modes"},
                                 {"Age"}};

json::array driver_cells(const Object& o, base::SystemTime now) {
  std::vector<std::string> modes;
  if (const auto* list = api::get_array(o, {"spec", "volumeLifecycleModes"}))
    for (const auto& m : *list)
      if (m.is_string()) modes.emplace_back(m.get_string());
  return {text(name_cell(o)),
          api::get_bool(o, {"spec", "attachRequired"}),
          api::get_bool(o, {"spec", "podInfoOnMount"}),
          api::get_bool(o, {"spec", "storageCapacity"}),
          text(join(modes)),
          text(age(o, now))};
}

const Column csinode_columns[] = {{"Name", "string", "name"}, {"Drivers", "integer"}, {"Age"}};

json::array csinode_cells(const Object& o, base::SystemTime now) {
  const auto* drivers = api::get_array(o, {"spec", "drivers"});
  return {text(name_cell(o)), static_cast<std::int64_t>(drivers ? drivers->size() : 0), text(age(o, now))};
}

const Column attachment_columns[] = {{"Name", "string", "name"}, {"Attacher"}, {"PV"}, {"Node"},
                                     {"Attached", "boolean"},    {"Age"}};

json::array attachment_cells(const Object& o, base::SystemTime now) {
  return {text(name_cell(o)),
          text(at(o, {"spec", "attacher"})),
          text(at(o, {"spec", "source", "persistentVolumeName"})),
          text(at(o, {"spec", "nodeName"})),
          api::get_bool(o, {"status", "attached"}),
          text(age(o, now))};
}

const Column attributes_columns[] = {{"Name", "string", "name"}, {"DriverName"}, {"Age"}};

const KindRecord records[] = {
    {.group = group,
     .resource = "storageclasses",
     .defaults = default_class,
     .validate =
         [](const Object& o, Errors& e) {
           check_required(o, "provisioner", Path(), e);
           check_one_of(o, "reclaimPolicy", Path(), {"Delete", "Retain"}, e);
           check_one_of(o, "volumeBindingMode", Path(), {"Immediate", "WaitForFirstConsumer"}, e);
         },
     .validate_update = class_update,
     .table = {class_columns, class_cells}},
    {.group = group,
     .resource = "csidrivers",
     .defaults = default_driver,
     .table = {driver_columns, driver_cells},
     .generation = true},
    {.group = group, .resource = "csinodes", .table = {csinode_columns, csinode_cells}},
    {.group = group, .resource = "volumeattachments", .table = {attachment_columns, attachment_cells}},
    {.group = group,
     .resource = "volumeattributesclasses",
     .table = {attributes_columns,
               [](const Object& o, base::SystemTime now) -> json::array {
                 return {text(name_cell(o)), text(at(o, {"driverName"})), text(age(o, now))};
               }}},
};

}  // namespace

std::span<const KindRecord> storage_records() {
  return records;
}

}  // namespace apiserver::kinds
