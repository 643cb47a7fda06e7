#include "apiserver/kinds/pod_rules.hpp"

namespace apiserver::kinds::pod {
namespace {

constexpr std::string_view no_sub_path = "not allowed in image volume sources";

/// What a container uses of its pod's volumes, by name and by where.
struct Used {
  std::set<std::string> names, places;
};

Used used_by(const Part& container, std::string_view list, std::string_view place) {
  Used used;
  container.each(list, [&](const Part& m) {
    used.names.emplace(m.text("name"));
    used.places.emplace(m.text(place));
  });
  return used;
}

void check_propagation(const Part& mount, const Part& container, const Path& path) {
  const auto mode = mount.text("mountPropagation");
  if (!mount.has("mountPropagation")) return;
  if (!contains({"Bidirectional", "HostToContainer", "None"}, mode))
    mount.errors.not_supported(path, json::value(mode), {"Bidirectional", "HostToContainer", "None"});
  if (mode == "Bidirectional" && !container.part("securityContext").flag("privileged"))
    mount.errors.forbidden(path,
                           "Bidirectional mount propagation is available only to privileged containers");
}

void check_recursive_read_only(const Part& mount, const Path& path) {
  const auto mode = mount.text("recursiveReadOnly");
  if (!mount.has("recursiveReadOnly") || mode == "Disabled") return;
  if (mode != "IfPossible" && mode != "Enabled")
    return mount.errors.not_supported(path, json::value(mode), {"Disabled", "Enabled", "IfPossible"});
  if (!mount.flag("readOnly")) mount.errors.forbidden(path, "may only be specified when readOnly is true");
  const auto propagation = mount.text("mountPropagation");
  if (!propagation.empty() && propagation != "None")
    mount.errors.forbidden(path, "may only be specified when mountPropagation is None or not specified");
}

void check_sub_paths(const Part& mount, const Path& list, bool image) {
  for (auto member : {"subPath", "subPathExpr"})
    if (image && !mount.text(member).empty()) mount.invalid(member, std::string(no_sub_path));
  const auto plain = mount.text("subPath"), expression = mount.text("subPathExpr");
  // The list's own path, not the element's: upstream's.
  if (!plain.empty()) check_descending_path(plain, list.child("subPath"), mount.errors);
  if (expression.empty()) return;
  if (!plain.empty()) mount.invalid("subPathExpr", "subPathExpr and subPath are mutually exclusive");
  check_descending_path(expression, list.child("subPathExpr"), mount.errors);
}

void validate_mount(const Part& mount, const Part& container, const Volumes& volumes, const Used& devices,
                    std::set<std::string>& places) {
  const Path list = container.at("volumeMounts");
  const auto name = mount.text("name"), place = mount.text("mountPath");
  mount.require("name");
  const auto volume = volumes.find(name);
  if (volume == volumes.end()) mount.errors.not_found(mount.at("name"), json::value(name));
  mount.require("mountPath");
  if (!places.emplace(place).second)
    mount.errors.invalid(mount.at("mountPath"), json::value(place), "must be unique");
  if (devices.names.contains(std::string(name)))
    mount.invalid("name", "must not already exist in volumeDevices");
  if (devices.places.contains(std::string(place)))
    mount.invalid("mountPath", "must not already exist as a path in volumeDevices");
  check_sub_paths(mount, list, volume != volumes.end() && api::get_object(*volume->second, {"image"}));
  check_propagation(mount, container, list.child("mountPropagation"));
  check_recursive_read_only(mount, list.child("recursiveReadOnly"));
}

void validate_device(const Part& device, const Volumes& volumes, const Used& mounts, Used& seen) {
  const std::string name(device.text("name")), place(device.text("devicePath"));
  device.require("name");
  if (seen.names.contains(name))
    device.errors.invalid(device.at("name"), json::value(name), "must be unique");
  const auto volume = volumes.find(name);
  if (volume == volumes.end())
    device.errors.not_found(device.at("name"), json::value(name));
  else if (!volume->second->contains("persistentVolumeClaim") && !volume->second->contains("ephemeral"))
    device.invalid("name",
                   "can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode");
  device.require("devicePath");
  if (seen.places.contains(place))
    device.errors.invalid(device.at("devicePath"), json::value(place), "must be unique");
  if (("/" + place + "/").find("/../") != std::string::npos)
    device.invalid("devicePath", "can not contain backsteps ('..')");
  else
    seen.places.insert(place);
  if (mounts.names.contains(name)) device.invalid("name", "must not already exist in volumeMounts");
  if (mounts.places.contains(place))
    device.invalid("devicePath", "must not already exist as a path in volumeMounts");
  if (!name.empty()) seen.names.insert(name);
}

}  // namespace

void validate_mounts(const Part& container, const Volumes& volumes) {
  const Used devices = used_by(container, "volumeDevices", "devicePath");
  const Used mounts = used_by(container, "volumeMounts", "mountPath");
  std::set<std::string> places;
  container.each("volumeMounts",
                 [&](const Part& mount) { validate_mount(mount, container, volumes, devices, places); });
  Used seen;
  container.each("volumeDevices",
                 [&](const Part& device) { validate_device(device, volumes, mounts, seen); });
}

}  // namespace apiserver::kinds::pod
