#include "apiserver/kinds/common.hpp"
#include "apiserver/kinds/groups.hpp"
#include "apiserver/kinds/storage_rules.hpp"

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
                                 {"TokenRequests"},
                                 {"RequiresRepublish", "boolean"},
                                 {"Modes"},
                                 {"Age"}};

std::string token_audiences(const Object& o) {
  std::vector<std::string> audiences;
  if (const auto* spec = api::get_object(o, {"spec"}))
    each(*spec, "tokenRequests", Path(),
         [&](const Object& r, const Path&) { audiences.push_back(at(r, {"audience"})); });
  return join(audiences, "<unset>");
}

json::array driver_cells(const Object& o, base::SystemTime now) {
  std::vector<std::string> modes;
  if (const auto* list = api::get_array(o, {"spec", "volumeLifecycleModes"}))
    for (const auto& m : *list)
      if (m.is_string()) modes.emplace_back(m.get_string());
  return {text(name_cell(o)),
          api::get_bool(o, {"spec", "attachRequired"}),
          api::get_bool(o, {"spec", "podInfoOnMount"}),
          api::get_bool(o, {"spec", "storageCapacity"}),
          text(token_audiences(o)),
          api::get_bool(o, {"spec", "requiresRepublish"}),
          text(join(modes)),
          text(age(o, now))};
}

const Column csinode_columns[] = {{"Name", "string", "name"}, {"Drivers", "integer"}, {"Age"}};

json::array csinode_cells(const Object& o, base::SystemTime now) {
  const auto* drivers = api::get_array(o, {"spec", "drivers"});
  return {text(name_cell(o)), static_cast<std::int64_t>(drivers ? drivers->size() : 0), text(age(o, now))};
}

const Column attachment_columns[] = {{"Name", "string", "name"},
                                     {"Attacher", "string", "name"},
                                     {"PV"},
                                     {"Node"},
                                     {"Attached", "boolean"},
                                     {"Age"}};

json::array attachment_cells(const Object& o, base::SystemTime now) {
  return {text(name_cell(o)),
          text(at(o, {"spec", "attacher"})),
          text(at(o, {"spec", "source", "persistentVolumeName"})),
          text(at(o, {"spec", "nodeName"})),
          api::get_bool(o, {"status", "attached"}),
          text(age(o, now))};
}

const Column attributes_columns[] = {{"Name", "string", "name"}, {"DriverName"}, {"Age"}};

const Column capacity_columns[] = {{"Name", "string", "name"}, {"StorageClassName"}, {"Capacity"}};

const KindRecord records[] = {
    {.group = group,
     .resource = "storageclasses",
     .defaults = default_class,
     .validate = validate_storage_class,
     .validate_update = validate_storage_class_update,
     .table = {class_columns, class_cells}},
    {.group = group,
     .resource = "csidrivers",
     .defaults = default_driver,
     .validate = validate_driver,
     .validate_update = validate_driver_update,
     .table = {driver_columns, driver_cells},
     .generation = true},
    {.group = group,
     .resource = "csinodes",
     .validate = validate_csi_node,
     .validate_update = validate_csi_node_update,
     .table = {csinode_columns, csinode_cells}},
    {.group = group,
     .resource = "volumeattachments",
     .validate = validate_attachment,
     .validate_update = [](const Object& o, const Object& old,
                           Errors& e) { check_immutable(o, old, {"spec"}, e); },
     .table = {attachment_columns, attachment_cells}},
    {.group = group,
     .resource = "csistoragecapacities",
     .validate = validate_capacity,
     .validate_update = validate_capacity_update,
     .table = {capacity_columns,
               [](const Object& o, base::SystemTime) -> json::array {
                 return {text(name_cell(o)), text(at(o, {"storageClassName"})), text(at(o, {"capacity"}))};
               }}},
    {.group = group,
     .resource = "volumeattributesclasses",
     .validate = validate_attributes_class,
     .validate_update = validate_attributes_class_update,
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
