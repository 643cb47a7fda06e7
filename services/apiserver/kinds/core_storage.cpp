#include "apiserver/kinds/core_storage_rules.hpp"
#include "apiserver/kinds/groups.hpp"
#include "apiserver/kinds/pod_spec.hpp"

namespace apiserver::kinds {
namespace {

/// "RWO,ROX": the short forms kubectl prints.
std::string access_modes(const json::array* modes) {
  std::vector<std::string> parts;
  if (modes)
    for (const auto& m : *modes) {
      if (!m.is_string()) continue;
      const std::string_view mode = m.get_string();
      if (mode == "ReadWriteOnce") parts.emplace_back("RWO");
      if (mode == "ReadOnlyMany") parts.emplace_back("ROX");
      if (mode == "ReadWriteMany") parts.emplace_back("RWX");
      if (mode == "ReadWriteOncePod") parts.emplace_back("RWOP");
    }
  return join(parts, "");
}

void default_volume(Object& o) {
  auto& spec = api::ensure_object(o, {"spec"});
  api::set_default(o, {"status", "phase"}, "Pending");
  api::set_default(spec, {"persistentVolumeReclaimPolicy"}, "Retain");
  api::set_default(spec, {"volumeMode"}, "Filesystem");
  default_volume_source(spec);
}

void default_claim(Object& o) {
  api::set_default(o, {"spec", "volumeMode"}, "Filesystem");
  api::set_default(o, {"status", "phase"}, "Pending");
}

const Column volume_columns[] = {{"Name", "string", "name"},
                                 {"Capacity"},
                                 {"Access Modes"},
                                 {"Reclaim Policy"},
                                 {"Status"},
                                 {"Claim"},
                                 {"StorageClass"},
                                 {"VolumeAttributesClass"},
                                 {"Reason"},
                                 {"Age"},
                                 {"VolumeMode", "string", "", "", 1}};

json::array volume_cells(const Object& o, base::SystemTime now) {
  const auto claim = at(o, {"spec", "claimRef", "name"});
  const std::string status = api::is_deleting(o) ? "Terminating" : at(o, {"status", "phase"});
  const auto attributes = at(o, {"spec", "volumeAttributesClassName"});
  return {text(name_cell(o)),
          text(at(o, {"spec", "capacity", "storage"})),
          text(access_modes(api::get_array(o, {"spec", "accessModes"}))),
          text(at(o, {"spec", "persistentVolumeReclaimPolicy"})),
          text(status),
          text(claim.empty() ? "" : at(o, {"spec", "claimRef", "namespace"}) + "/" + claim),
          text(at(o, {"spec", "storageClassName"})),
          text(attributes.empty() ? "<unset>" : attributes),
          text(at(o, {"status", "reason"})),
          text(age(o, now)),
          text(at(o, {"spec", "volumeMode"}))};
}

const Column claim_columns[] = {{"Name", "string", "name"},
                                {"Status"},
                                {"Volume"},
                                {"Capacity"},
                                {"Access Modes"},
                                {"StorageClass"},
                                {"VolumeAttributesClass"},
                                {"Age"},
                                {"VolumeMode", "string", "", "", 1}};

json::array claim_cells(const Object& o, base::SystemTime now) {
  const bool bound = !at(o, {"spec", "volumeName"}).empty();
  const std::string status = api::is_deleting(o) ? "Terminating" : at(o, {"status", "phase"});
  const auto attributes = at(o, {"spec", "volumeAttributesClassName"});
  return {text(name_cell(o)),
          text(status),
          text(at(o, {"spec", "volumeName"})),
          text(bound ? at(o, {"status", "capacity", "storage"}) : ""),
          text(bound ? access_modes(api::get_array(o, {"status", "accessModes"})) : ""),
          text(at(o, {"spec", "storageClassName"})),
          text(attributes.empty() ? "<unset>" : attributes),
          text(age(o, now)),
          text(at(o, {"spec", "volumeMode"}))};
}

const KindRecord records[] = {
    {.group = "",
     .resource = "persistentvolumes",
     .defaults = default_volume,
     .validate = validate_volume,
     .validate_update = validate_volume_update,
     .table = {volume_columns, volume_cells}},
    {.group = "",
     .resource = "persistentvolumeclaims",
     .defaults = default_claim,
     .validate = validate_claim,
     .validate_update = validate_claim_update,
     .validate_status = validate_claim_status,
     .table = {claim_columns, claim_cells}},
};

}  // namespace

std::span<const KindRecord> core_storage_records() {
  return records;
}

}  // namespace apiserver::kinds
