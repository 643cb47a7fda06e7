#include "node-agent/volumes/mount_plan.hpp"
#include <unistd.h>
#include <filesystem>
#include "base/log.hpp"
#include "node-agent/volumes/files.hpp"
#include "node-agent/volumes/mounts.hpp"
#include "node-agent/volumes/subpath.hpp"
#include "node-agent/volumes/volume_type.hpp"

namespace node_agent::volumes {

namespace core = api::core::v1;
using base::Errc;
using base::Error;
using base::Result;

namespace {

/// What every container gets although nobody asked for it (the ServiceAccount admission plugin).
constexpr const char* token_mount_path = "/var/run/secrets/kubernetes.io/serviceaccount";

const core::Volume* find(const core::Pod& pod, const std::string& name) {
  for (const auto& v : pod.spec.volumes)
    if (v.name == name) return &v;
  return nullptr;
}

Result<std::string> subpath_of(const core::VolumeMount& m, const environment::Variables& variables) {
  std::string missing;
  const auto known = environment::lookup_in(variables);
  const auto lookup = [&](const std::string& name) {
    auto value = known(name);
    if (!value) missing = name;
    return value;
  };
  auto path = m.sub_path_expr.empty() ? m.sub_path : environment::expand(m.sub_path_expr, lookup);
  if (!missing.empty()) return Error(Errc::invalid_argument, "missing value for \"" + missing + "\"");
  if (path.starts_with("/"))
    return Error(Errc::invalid_argument, "error SubPath `" + path + "` must not be an absolute path");
  for (const auto& part : std::filesystem::path(path))
    if (part == "..")
      return Error(Errc::invalid_argument,
                   "unable to provision SubPath `" + path + "`: must not contain '..'");
  return path;
}

/// The path a container gets for a subpath: a mount of it, or where mounting is not permitted the place
/// itself.
Result<std::string> hold(const PlannedMount& m) {
  auto place = open_in_volume(m.mount.host_path, m.subpath, m.create);
  if (!place) return place.error();
  const auto slash = m.bind_at.find_last_of('/');
  auto made = make_directories(m.bind_at.substr(0, slash), 0750);
  if (!made) return made.error();
  // What an earlier container had here goes first; neither call touches what is mounted or filled.
  unmount_at(m.bind_at);
  if (::rmdir(m.bind_at.c_str()) != 0) ::unlink(m.bind_at.c_str());
  made = place->is_directory() ? make_directories(m.bind_at, 0750) : create_file(m.bind_at, "", 0640);
  if (!made) return made.error();
  auto bound = bind_mount(place->fd(), m.bind_at);
  if (bound) return m.bind_at;
  if (!bound.error().is(Errc::permission_denied)) return bound.error();
  return place->path();
}

}  // namespace

std::string volume_directory(const std::string& pod_directory, const core::Volume& volume) {
  if (volume.host_path) return volume.host_path->path;
  return pod_directory + "/volumes/" + type_of(volume)->plugin + "/" + volume.name;
}

Result<std::vector<PlannedMount>> plan_mounts(const core::Pod& pod, const core::Container& container,
                                              const environment::Variables& variables,
                                              const std::string& pod_directory) {
  std::vector<PlannedMount> out;
  for (std::size_t i = 0; i < container.volume_mounts.size(); ++i) {
    const auto& m = container.volume_mounts[i];
    const auto* volume = find(pod, m.name);
    const auto* type = volume ? type_of(*volume) : nullptr;
    if (!type)
      return Error(Errc::not_found, "cannot find volume \"" + m.name + "\" to mount into container \"" +
                                        container.name + "\"");
    auto subpath = subpath_of(m, variables);
    if (!subpath) return subpath.error();
    PlannedMount p;
    p.mount.container_path = m.mount_path;
    p.mount.host_path = volume_directory(pod_directory, *volume);
    p.mount.readonly = m.read_only.value_or(false) || type->readonly;
    p.mount.optional = m.mount_path == token_mount_path;
    p.subpath = std::move(*subpath);
    p.create = !type->readonly;
    p.bind_at = pod_directory + "/volume-subpaths/" + m.name + "/" + container.name + "/" + std::to_string(i);
    p.volume = m.name;
    p.container = container.name;
    out.push_back(std::move(p));
  }
  return out;
}

Result<std::vector<runtime::Mount>> make_mounts(const std::vector<PlannedMount>& planned) {
  std::vector<runtime::Mount> out;
  for (const auto& p : planned) {
    out.push_back(p.mount);
    if (p.subpath.empty()) continue;
    auto held = hold(p);
    if (!held) {
      base::log::warning("cannot prepare a subPath", {{"volume", p.volume}, {"error", held.error()}});
      return Error(held.error().code, "failed to prepare subPath for volumeMount \"" + p.volume +
                                          "\" of container \"" + p.container + "\"");
    }
    out.back().host_path = std::move(*held);
  }
  return out;
}

}  // namespace node_agent::volumes
