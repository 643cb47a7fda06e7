#include "api/names.hpp"
#include "apiserver/kinds/core_cluster_rules.hpp"
#include "apiserver/kinds/resources.hpp"

namespace apiserver::kinds {
namespace {

constexpr std::string_view only_these =
    "node updates may only change labels, taints, or capacity (or configSource, if the DynamicKubeletConfig "
    "feature gate is enabled)";

void check_taints(const Part& spec) {
  std::set<std::string> seen;
  spec.each("taints", [&](const Part& t) {
    const auto key = t.text("key"), effect = t.text("effect");
    check_label_key(key, t.at("key"), t.errors);
    if (auto wrong = api::names::label_value(t.text("value")))
      t.errors.invalid(t.at("value"), json::value(t.text("value")), *wrong);
    t.one_of_in_order("effect", {"NoSchedule", "PreferNoSchedule", "NoExecute"});
    if (!seen.insert(std::string(key) + ":" + std::string(effect)).second)
      t.errors.add({api::field::Reason::duplicate, t.path.text(), t.value,
                    "taints must be unique by key and effect pair"});
  });
}

void check_pod_ranges(const Part& spec) {
  int v6 = 0;
  const auto n = spec.count("podCIDRs");
  spec.each_text("podCIDRs", [&](std::string_view cidr, const Path& path) {
    check_cidr(cidr, path, spec.errors);
    v6 += is_ipv6(cidr.substr(0, cidr.find('/')));
  });
  if (n > 2 || (n == 2 && v6 != 1))
    spec.invalid("podCIDRs", "may specify no more than one CIDR for each IP family");
}

}  // namespace

void validate_node(const Object& o, Errors& errors) {
  const Part spec = spec_of(o, errors), status = whole(o, errors).part("status");
  check_taints(spec);
  for (auto list : {"capacity", "allocatable"})
    status.each_entry(list, [&](std::string_view name, std::string_view quantity, const Path& path) {
      check_resource_name(name, path, errors);
      check_resource_quantity(name, json::value(quantity), path, errors);
    });
  check_pod_ranges(spec);
}

void validate_node_update(const Object& o, const Object& old, Errors& errors) {
  const auto keep = [&](std::string_view member, std::string_view why, bool may_be_set) {
    const auto before = api::get(old, {"spec", member});
    if (may_be_set && (!before || before->is_null())) return;
    if (!same(o, old, {"spec", member})) errors.forbidden(Path("spec").child(member), std::string(why));
  };
  keep("podCIDRs", "node updates may not change podCIDR except from \"\" to valid", true);
  keep("providerID", "node updates may not change providerID except from \"\" to valid", true);
  Object now = spec_of(o, errors).value, before = spec_of(old, errors).value;
  for (auto free : {"taints", "unschedulable", "podCIDR", "podCIDRs", "providerID", "configSource"}) {
    now.erase(free);
    before.erase(free);
  }
  if (!api::deep_equal(now, before)) errors.forbidden(Path(), std::string(only_these));
}

void validate_namespace(const Object& o, Errors& errors) {
  const Path path = Path("spec").child("finalizers");
  spec_of(o, errors).each_text("finalizers", [&](std::string_view name, const Path&) {
    check_name(name, path, api::names::qualified_name, errors);
    if (name.find('/') == std::string_view::npos &&
        !contains({"kubernetes", "orphan", "foregroundDeletion"}, name))
      errors.invalid(path, json::value(name),
                     "name is neither a standard finalizer name nor is it fully qualified");
  });
}

void validate_namespace_status(const Object& o, const Object&, Errors& errors) {
  const bool deleting = api::is_deleting(o);
  const auto phase = api::get_string(o, {"status", "phase"});
  const Path path = Path("status").child("Phase");
  if (!deleting && phase != "Active")
    errors.invalid(path, json::value(phase), "may only be 'Active' if `deletionTimestamp` is empty");
  if (deleting && phase != "Terminating")
    errors.invalid(path, json::value(phase), "may only be 'Terminating' if `deletionTimestamp` is not empty");
}

}  // namespace apiserver::kinds
