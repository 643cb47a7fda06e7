#include <map>
#include <string>
#include "apiserver/kinds/groups.hpp"

namespace apiserver::kinds {
namespace {

/// By hand, so that nothing is registered behind the linker's back. A new group is one line.
using Records = std::span<const KindRecord> (*)();
constexpr Records all_groups[] = {
    pod_records,       core_workload_records, core_cluster_records, core_config_records, core_storage_records,
    apps_records,      batch_records,         autoscaling_records,  rbac_records,        coordination_records,
    discovery_records, networking_records,    policy_records,       storage_records,     admission_records,
    dra_records,       extension_records,     flowcontrol_records,  definition_records,  certificates_records,
};

using Key = std::pair<std::string_view, std::string_view>;

std::map<Key, const KindRecord*> build_index() {
  std::map<Key, const KindRecord*> index;
  for (auto records : all_groups)
    for (const auto& r : records())
      index[{r.group, r.resource}] = &r;
  return index;
}

}  // namespace

const KindRecord& find(std::string_view group, std::string_view resource) noexcept {
  static const auto index = build_index();
  static const KindRecord neutral;
  const auto hit = index.find({group, resource});
  return hit == index.end() ? neutral : *hit->second;
}

const KindRecord& record_of(const api::ResourceInfo& r) noexcept {
  if (r.extension) return static_cast<const RunTimeKind&>(*r.extension).record;
  return find(r.group, std::string_view(r.resource).substr(0, r.resource.find('/')));
}

bool has_status(const api::ResourceInfo& r) noexcept {
  if (r.extension) return static_cast<const RunTimeKind&>(*r.extension).has_status;
  return api::find_resource(r.group, r.version, r.resource.substr(0, r.resource.find('/')) + "/status") !=
         nullptr;
}

}  // namespace apiserver::kinds
