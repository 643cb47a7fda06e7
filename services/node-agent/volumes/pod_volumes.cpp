#include "node-agent/volumes/pod_volumes.hpp"
#include <sys/stat.h>
#include <algorithm>
#include <functional>
#include <optional>
#include <utility>
#include "api/typed.hpp"
#include "base/log.hpp"
#include "node-agent/volumes/atomic_writer.hpp"
#include "node-agent/volumes/files.hpp"
#include "node-agent/volumes/mount_plan.hpp"
#include "node-agent/volumes/mounts.hpp"
#include "node-agent/volumes/ownership.hpp"
#include "node-agent/volumes/volume_type.hpp"

namespace node_agent::volumes {

namespace core = api::core::v1;
using base::Errc;
using base::Error;
using base::Result;

namespace {

/// Other users of the machine have no business in a pod's directory.
constexpr unsigned pod_directory_mode = 0750;

bool is_mounted(const core::Pod& pod, const std::string& volume) {
  for (const auto* list : {&pod.spec.init_containers, &pod.spec.containers})
    for (const auto& c : *list)
      for (const auto& m : c.volume_mounts)
        if (m.name == volume) return true;
  return false;
}

/// Of a volume that no type knows: its key in the API.
std::string name_of_unknown(const core::Volume& volume) {
  const auto json = api::to_json(volume);
  for (const auto& [key, value] : json.as_object())
    if (key != "name") return key;
  return "(none)";
}

/// Everything that the work on the disk needs.
struct Work {
  std::string pod_directory, directory;  ///< Of the volume; empty: it has none.
  bool readonly = false;
  std::optional<std::int64_t> fs_group;
  VolumePlan plan;
};

/// False: it has to be on disk, as this process may not mount.
Result<bool> make_place(const Work& work) {
  auto made = make_directories(work.directory, pod_directory_mode);
  if (!made) return made.error();
  bool in_memory = work.plan.in_memory;
  if (in_memory) {
    auto mounted = mount_tmpfs(work.directory, work.plan.size_limit_bytes);
    if (!mounted && !mounted.error().is(Errc::permission_denied)) return mounted.error();
    in_memory = mounted.has_value();
  }
  // The containers' users are not ours.
  const unsigned mode = work.readonly ? 0755 : 0777;
  struct stat st {};
  if (::stat(work.directory.c_str(), &st) != 0) return system_error("stat " + work.directory);
  if ((st.st_mode & 01777U) != mode && ::chmod(work.directory.c_str(), mode) != 0)
    return system_error("chmod " + work.directory);
  return in_memory == work.plan.in_memory;
}

/// False: not in memory although it was to be.
Result<bool> carry_out(const Work& work) {
  if (work.plan.check)
    if (auto ok = work.plan.check(); !ok) return ok.error();
  if (work.directory.empty()) return true;
  auto place = make_place(work);
  if (!place) return place;
  Result<void> done;
  if (work.plan.payload)
    done = write_atomically(work.directory, *work.plan.payload, [&](const std::string& files) {
      return work.fs_group ? give_files(files, *work.fs_group) : Result<void>();
    });
  else if (work.fs_group)
    done = give_directory(work.directory, *work.fs_group);
  if (!done) return done.error();
  return place;
}

Result<void> check_uid(const std::string& uid) {
  if (uid.empty() || uid.front() == '.' || uid.find('/') != std::string::npos)
    return Error(Errc::invalid_argument, "a pod's uid cannot be \"" + uid + "\"");
  return {};
}

}  // namespace

struct PodVolumes::Impl {
  Impl(base::Executor pool_, objects::ObjectSource& objects_, objects::Tokens& tokens_, std::string root)
      : pool(std::move(pool_)),
        objects(objects_),
        tokens(tokens_),
        pods_directory(std::move(root) + "/pods") {}

  base::Executor pool;
  objects::ObjectSource& objects;
  objects::Tokens& tokens;
  std::string pods_directory;
  environment::PodFacts facts;
  /// By pod and volume: the fingerprint of what was written last by this process.
  std::map<std::string, std::map<std::string, std::uint64_t>> done;
  bool told_no_memory = false;

  std::string pod_directory(const std::string& uid) const { return pods_directory + "/" + uid; }

  base::Awaitable<Result<void>> set_up(PodPtr pod, core::Volume volume);
  void note_no_memory() {
    if (std::exchange(told_no_memory, true)) return;
    base::log::warning("this process may not mount: secrets and volumes in memory lie on disk",
                       {{"directory", pods_directory}});
  }
};

base::Awaitable<Result<void>> PodVolumes::Impl::set_up(PodPtr pod, core::Volume volume) {
  const auto* type = type_of(volume);
  if (!type)
    co_return Error(Errc::unsupported,
                    "volumes of type " + name_of_unknown(volume) + " are not supported on this node");
  const std::string uid = pod->metadata.uid;
  VolumeRequest request{pod, volume, facts, &objects, &tokens};
  auto plan = co_await type->plan(std::move(request));
  if (!plan) co_return plan.error();
  const auto print = plan->payload ? fingerprint(*plan->payload) : 0;
  auto& known = done[uid];
  if (const auto it = known.find(volume.name); it != known.end() && it->second == print)
    co_return Result<void>();
  Work work;
  work.pod_directory = pod_directory(uid);
  if (!type->plugin.empty()) work.directory = volume_directory(work.pod_directory, volume);
  work.readonly = type->readonly;
  if (pod->spec.security_context) work.fs_group = pod->spec.security_context->fs_group;
  work.plan = std::move(*plan);
  Result<bool> worked = true;
  std::function<void()> job = [&] { worked = carry_out(work); };
  co_await base::run_blocking(pool, std::move(job));
  if (!worked) co_return worked.error();
  if (!*worked) note_no_memory();
  done[uid][volume.name] = print;
  co_return Result<void>();
}

PodVolumes::PodVolumes(base::Executor pool, objects::ObjectSource& objects, objects::Tokens& tokens,
                       std::string root)
    : impl_(std::make_unique<Impl>(std::move(pool), objects, tokens, std::move(root))) {}
PodVolumes::~PodVolumes() = default;

void PodVolumes::set_node_allocatable(std::map<std::string, api::Quantity> allocatable) {
  impl_->facts.node_allocatable = std::move(allocatable);
}

base::Awaitable<Result<void>> PodVolumes::set_up(PodPtr pod) {
  if (auto ok = check_uid(pod->metadata.uid); !ok) co_return ok;
  std::optional<Error> failure;
  for (const auto& volume : pod->spec.volumes) {
    if (!is_mounted(*pod, volume.name)) continue;
    auto done = co_await impl_->set_up(pod, volume);
    if (done || failure) continue;
    failure = done.error();
    failure->prepend("MountVolume.SetUp failed for volume \"" + volume.name + "\" ");
  }
  if (failure) co_return *failure;
  co_return Result<void>();
}

base::Awaitable<Result<std::vector<runtime::Mount>>> PodVolumes::mounts(PodPtr pod, core::Container container,
                                                                        environment::Variables variables) {
  auto planned = plan_mounts(*pod, container, variables, impl_->pod_directory(pod->metadata.uid));
  if (!planned) co_return planned.error();
  Result<std::vector<runtime::Mount>> made = std::vector<runtime::Mount>();
  const bool subpaths =
      std::any_of(planned->begin(), planned->end(), [](const auto& m) { return !m.subpath.empty(); });
  if (!subpaths) {
    for (auto& m : *planned)
      made->push_back(std::move(m.mount));
    co_return made;
  }
  std::function<void()> job = [&] { made = make_mounts(*planned); };
  co_await base::run_blocking(impl_->pool, std::move(job));
  co_return made;
}

base::Awaitable<Result<void>> PodVolumes::tear_down(std::string pod_uid) {
  if (auto ok = check_uid(pod_uid); !ok) co_return ok;
  impl_->done.erase(pod_uid);
  impl_->tokens.forget(pod_uid);
  const auto directory = impl_->pod_directory(pod_uid);
  Result<void> gone;
  std::function<void()> job = [&] {
    gone = unmount_below(directory);
    for (const auto* below : {"/volumes", "/volume-subpaths"})
      if (gone) gone = remove_tree(directory + below);
  };
  co_await base::run_blocking(impl_->pool, std::move(job));
  co_return gone;
}

}  // namespace node_agent::volumes
