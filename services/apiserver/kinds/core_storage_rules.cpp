#include "apiserver/kinds/core_storage_rules.hpp"
#include <algorithm>
#include "api/names.hpp"
#include "api/quantity.hpp"
#include "apiserver/kinds/core_rules.hpp"
#include "apiserver/kinds/pod_rules.hpp"
#include "apiserver/kinds/syntax.hpp"

namespace apiserver::kinds {
namespace {

constexpr std::string_view modes[] = {"ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"};

void check_positive(std::string_view quantity, const Path& path, Errors& errors) {
  const auto q = api::Quantity::parse(quantity);
  if (q && q->sign() <= 0) errors.invalid(path, json::value(q->text()), "must be greater than zero");
}

void check_data_source(const Part& source, bool may_be_elsewhere) {
  source.require("name");
  source.require("kind");
  const auto group = source.text("apiGroup");
  if (group.empty() && source.text("kind") != "PersistentVolumeClaim")
    source.errors.invalid(source.path, json::value(source.text("kind")),
                          "must be 'PersistentVolumeClaim' when referencing the default apiGroup");
  source.syntax("apiGroup", api::names::dns1123_subdomain);
  if (may_be_elsewhere) source.syntax("namespace", api::names::dns1123_label);
}

bool same_source(const Object& a, const Object& b) {
  return same(a, b, {"apiGroup"}) && same(a, b, {"kind"}) && same(a, b, {"name"});
}

void check_data_sources(const Part& spec) {
  spec.with("dataSource", [](const Part& s) { check_data_source(s, false); });
  spec.with("dataSourceRef", [](const Part& s) { check_data_source(s, true); });
  if (!spec.object("dataSource") || !spec.object("dataSourceRef")) return;
  const Part ref = spec.part("dataSourceRef");
  if (!ref.text("namespace").empty())
    spec.errors.invalid(spec.path, json::value(spec.at("dataSource").text()),
                        "may not be specified when dataSourceRef.namespace is specified");
  else if (!same_source(*spec.object("dataSource"), ref.value))
    spec.errors.invalid(spec.path, json::value(spec.at("dataSource").text()), "must match dataSourceRef");
}

bool is_bound(const Object& claim) {
  return api::get_string(claim, {"status", "phase"}) == "Bound";
}

/// Of a bound claim more may be asked; of one whose expansion failed less, though not less than it has.
void check_size_change(const Object& o, const Object& old, Errors& errors) {
  const auto size = [](const Object& c, std::initializer_list<std::string_view> path) {
    const auto q = api::Quantity::parse(api::get_string(c, path));
    return q ? *q : api::Quantity();
  };
  const std::initializer_list<std::string_view> request{"spec", "resources", "requests", "storage"};
  const auto now = size(o, request), before = size(old, request);
  if (now < before && now <= size(old, {"status", "capacity", "storage"}))
    errors.forbidden(path_of(request), "field can not be less than status.capacity");
}

void check_attributes_class_change(const Object& o, const Object& old, Errors& errors) {
  const auto* before = api::get(old, {"spec", "volumeAttributesClassName"});
  const auto* now = api::get(o, {"spec", "volumeAttributesClassName"});
  const Path path = path_of({"spec", "volumeAttributesClassName"});
  if (!before || before->is_null() || !is_bound(old)) return;
  if (!now || now->is_null()) return errors.forbidden(path, "update from non-nil value to nil is forbidden");
  if (now->is_string() && now->get_string().empty() && *before != *now)
    errors.forbidden(path, "update from non-nil value to an empty string is forbidden");
}

/// A claim may learn its class later.
bool class_filled_in(const Object& spec, const Object& old_spec) {
  const auto* now = spec.if_contains("storageClassName");
  const auto* before = old_spec.if_contains("storageClassName");
  return now && !now->is_null() && (!before || before->is_null());
}

constexpr std::string_view volume_types[] = {"hostPath",
                                             "gcePersistentDisk",
                                             "awsElasticBlockStore",
                                             "glusterfs",
                                             "flocker",
                                             "nfs",
                                             "rbd",
                                             "quobyte",
                                             "cephfs",
                                             "iscsi",
                                             "cinder",
                                             "fc",
                                             "flexVolume",
                                             "azureFile",
                                             "vsphereVolume",
                                             "photonPersistentDisk",
                                             "portworxVolume",
                                             "azureDisk",
                                             "scaleIO",
                                             "local",
                                             "storageos",
                                             "csi"};

void check_csi(const Part& csi) {
  if (csi.require("driver")) csi.syntax("driver", syntax::csi_driver_name);
  csi.require("volumeHandle");
  for (auto ref : {"controllerPublishSecretRef", "controllerExpandSecretRef", "nodePublishSecretRef",
                   "nodeExpandSecretRef"})
    csi.with(ref, [](const Part& secret) {
      secret.require("name");
      secret.require("namespace");
    });
}

void check_volume_type(const Part& spec) {
  bool found = false;
  for (auto type : volume_types) {
    if (!spec.object(type)) continue;
    if (found) {
      spec.errors.forbidden(spec.at(type), "may not specify more than 1 volume type");
      continue;
    }
    found = true;
    const Part source = spec.part(type);
    if (std::string_view(type) == "csi") {
      check_csi(source);
    } else if (std::string_view(type) == "local") {
      if (source.require("path")) check_no_backsteps(source.text("path"), source.at("path"), source.errors);
    } else {
      pod::validate_plain_source(type, source, true);
    }
  }
  if (!found) spec.errors.required(spec.path, "must specify a volume type");
}

void check_capacity(const Part& spec) {
  spec.require("capacity");
  const auto* capacity = spec.object("capacity");
  if (!capacity || !capacity->contains("storage") || capacity->size() > 1)
    add_not_supported(spec.at("capacity"), spec.copy("capacity"), {"storage"}, spec.errors);
  spec.each_entry("capacity", [&](std::string_view, std::string_view quantity, const Path& path) {
    check_positive(quantity, path, spec.errors);
  });
}

Object source_of(const Object& spec) {
  Object source;
  for (auto type : volume_types)
    if (const auto* v = spec.if_contains(type)) source[type] = *v;
  return source;
}

}  // namespace

void check_access_modes(const Part& spec) {
  bool alone = false, other = false;
  spec.each_text("accessModes", [&](std::string_view mode, const Path&) {
    if (std::find(std::begin(modes), std::end(modes), mode) == std::end(modes))
      spec.errors.not_supported(spec.at("accessModes"), json::value(mode),
                                {std::begin(modes), std::end(modes)});
    (mode == "ReadWriteOncePod" ? alone : other) = true;
  });
  if (alone && other)
    spec.errors.forbidden(spec.at("accessModes"), "may not use ReadWriteOncePod with other access modes");
}

void validate_claim_spec(const Part& spec) {
  check_selector(spec, "selector");
  spec.require("accessModes", "at least 1 access mode is required");
  check_access_modes(spec);
  const Path storage = spec.at("resources").key("storage");
  const auto quantity = api::get_string(spec.value, {"resources", "requests", "storage"});
  if (quantity.empty())
    spec.errors.required(storage);
  else
    check_positive(quantity, storage, spec.errors);
  spec.syntax("storageClassName", api::names::dns1123_subdomain);
  spec.one_of_if_set("volumeMode", {"Block", "Filesystem"});
  check_data_sources(spec);
  spec.syntax("volumeAttributesClassName", api::names::dns1123_subdomain);
}

void validate_claim(const Object& o, Errors& errors) {
  validate_claim_spec(spec_of(o, errors));
}

void validate_claim_update(const Object& o, const Object& old, Errors& errors) {
  Object a = spec_of(o, errors).value, b = spec_of(old, errors).value;
  if (api::get_string(b, {"volumeName"}).empty()) a.erase("volumeName"), b.erase("volumeName");
  if (class_filled_in(a, b)) a.erase("storageClassName"), b.erase("storageClassName");
  if (is_bound(old)) {
    api::remove(a, {"resources", "requests", "storage"});
    api::remove(b, {"resources", "requests", "storage"});
    a.erase("volumeAttributesClassName");
    b.erase("volumeAttributesClassName");
  }
  if (!api::deep_equal(a, b))
    errors.forbidden(Path("spec"),
                     "spec is immutable after creation except resources.requests and "
                     "volumeAttributesClassName for bound claims\n");
  check_size_change(o, old, errors);
  if (!same(o, old, {"spec", "volumeMode"}))
    errors.invalid(Path("volumeMode"), copy(o, {"spec", "volumeMode"}), "field is immutable");
  check_attributes_class_change(o, old, errors);
}

void validate_claim_status(const Object& o, const Object&, Errors& errors) {
  const Part status = whole(o, errors).part("status");
  if (spec_of(o, errors).count("accessModes") == 0) errors.required(Path("Spec").child("accessModes"));
  for (auto member : {"capacity", "allocatedResources"})
    status.each_entry(member, [&](std::string_view, std::string_view quantity, const Path& path) {
      const auto q = api::Quantity::parse(quantity);
      if (q && q->sign() < 0)
        errors.invalid(path, json::value(q->text()), "must be a valid resource quantity");
    });
}

void validate_volume(const Object& o, Errors& errors) {
  const Part spec = spec_of(o, errors);
  spec.require("accessModes");
  check_access_modes(spec);
  check_capacity(spec);
  spec.one_of_if_set("persistentVolumeReclaimPolicy", {"Delete", "Recycle", "Retain"});
  spec.with("nodeAffinity", [](const Part& affinity) {
    if (!affinity.object("required"))
      return affinity.errors.required(affinity.at("required"), "must specify required node constraints");
    validate_node_selector(affinity.part("required"));
  });
  check_volume_type(spec);
  if (spec.part("hostPath").text("path") == "/" && spec.text("persistentVolumeReclaimPolicy") == "Recycle")
    spec.forbid("persistentVolumeReclaimPolicy", "may not be 'recycle' for a hostPath mount of '/'");
  if (spec.object("local") && !spec.object("nodeAffinity"))
    errors.required(Path("metadata").child("annotations"), "Local volume requires node affinity");
  spec.syntax("storageClassName", api::names::dns1123_subdomain);
  spec.one_of_if_set("volumeMode", {"Block", "Filesystem"});
  spec.syntax("volumeAttributesClassName", api::names::dns1123_subdomain);
}

void validate_volume_update(const Object& o, const Object& old, Errors& errors) {
  const Part spec = spec_of(o, errors), before = spec_of(old, errors);
  Object now_source = source_of(spec.value), old_source = source_of(before.value);
  for (auto ref : {"controllerExpandSecretRef", "nodeExpandSecretRef"})
    if (!api::get(old_source, {"csi", ref})) api::remove(now_source, {"csi", ref});
  if (!api::deep_equal(now_source, old_source))
    errors.forbidden(path_of({"spec", "persistentvolumesource"}),
                     "spec.persistentvolumesource is immutable after creation\n");
  if (!same(o, old, {"spec", "volumeMode"}))
    errors.invalid(Path("volumeMode"), copy(o, {"spec", "volumeMode"}), "field is immutable");
  if (before.object("nodeAffinity") && !same(o, old, {"spec", "nodeAffinity"}))
    spec.invalid("nodeAffinity", "field is immutable, except for updating from beta label to GA");
}

}  // namespace apiserver::kinds
