#include <optional>
#include "api/object.hpp"
#include "apiserver/admission/plugins.hpp"
#include "apiserver/admission/pods.hpp"
#include "apiserver/admission/system_priority_classes.hpp"

namespace apiserver::admission {
namespace {

namespace json = boost::json;
constexpr std::string_view group = "scheduling.k8s.io";
constexpr std::string_view resource = "priorityclasses";
constexpr std::string_view default_policy = "PreemptLowerPriority";

struct Resolved {
  std::string class_name;
  std::int64_t value = 0;
  std::string policy{default_policy};
};

Resolved resolved(const json::object& priority_class) {
  Resolved r;
  r.class_name = api::name_of(priority_class);
  r.value = api::get_int(priority_class, {"value"}).value_or(0);
  if (const auto p = api::get_string(priority_class, {"preemptionPolicy"}); !p.empty()) r.policy = p;
  return r;
}

/// The class marked as default; of several the lowest, as upstream.
Resolved default_class(const ObjectLookup& lookup) {
  std::optional<Resolved> best;
  for (const auto& o : lookup.list(group, resource, "")) {
    if (!api::get_bool(*o, {"globalDefault"})) continue;
    auto r = resolved(*o);
    if (!best || r.value < best->value) best = std::move(r);
  }
  return best.value_or(Resolved{});
}

std::optional<Resolved> class_named(const ObjectLookup& lookup, std::string_view name) {
  if (const auto o = lookup.get(group, resource, "", name)) return resolved(*o);
  for (const auto& o : system_priority_classes()) {
    if (api::name_of(o) == name) return resolved(o);
  }
  return std::nullopt;
}

/// Turns a pod's priority class into the number the scheduler uses, and keeps the default class unique.
class Priority final : public Plugin {
 public:
  std::string_view name() const noexcept override { return "Priority"; }
  bool handles(Operation o) const noexcept override {
    return o == Operation::create || o == Operation::update;
  }

  Outcome admit(Attributes& a, const Context& c) const override {
    if (!pods::is_pod(a)) return {};
    auto& spec = api::ensure_object(*a.object, {"spec"});
    if (a.operation == Operation::update) {
      keep_old(spec, *a.old_object);
      return {};
    }
    const std::string class_name(api::get_string(spec, {"priorityClassName"}));
    const auto r = class_name.empty() ? default_class(*c.lookup) : class_named(*c.lookup, class_name);
    if (!r)
      return Rejection{forbidden(a, "no PriorityClass with name " + class_name + " was found").status, true};
    return apply(a, spec, *r);
  }

  Outcome validate(const Attributes& a, const Context& c) const override {
    if (!a.is(group, resource) || !api::get_bool(*a.object, {"globalDefault"})) return {};
    for (const auto& o : c.lookup->list(group, resource, "")) {
      const auto other = api::name_of(*o);
      if (other == api::name_of(*a.object) || !api::get_bool(*o, {"globalDefault"})) continue;
      return forbidden(a, "PriorityClass " + std::string(other) +
                              " is already marked as default. Only one default can exist");
    }
    return {};
  }

 private:
  /// Clients that do not know the computed fields send them back empty.
  static void keep_old(json::object& spec, const json::object& old) {
    for (const auto* member : {"priority", "preemptionPolicy"}) {
      const auto* before = api::get(old, "spec", member);
      if (before && !spec.contains(member)) spec[member] = *before;
    }
  }

  static Outcome apply(const Attributes& a, json::object& spec, const Resolved& r) {
    const auto given = api::get_int(spec, {"priority"});
    if (given && *given != r.value) {
      return forbidden(a, "the integer value of priority (" + std::to_string(*given) +
                              ") must not be provided in pod spec; priority admission controller computed " +
                              std::to_string(r.value) + " from the given PriorityClass name");
    }
    const auto policy = api::get_string(spec, {"preemptionPolicy"});
    if (!policy.empty() && policy != r.policy) {
      return forbidden(a, "the string value of PreemptionPolicy (" + std::string(policy) +
                              ") must not be provided in pod spec; priority admission controller computed " +
                              r.policy + " from the given PriorityClass name");
    }
    if (!r.class_name.empty()) spec["priorityClassName"] = r.class_name;
    spec["priority"] = r.value;
    spec["preemptionPolicy"] = r.policy;
    return {};
  }
};

json::object system_class(const char* name, std::int64_t value, const char* description) {
  return {{"apiVersion", "scheduling.k8s.io/v1"}, {"kind", "PriorityClass"},
          {"metadata", {{"name", name}}},         {"value", value},
          {"description", description},           {"preemptionPolicy", default_policy}};
}

}  // namespace

std::vector<json::object> system_priority_classes() {
  return {
      system_class("system-node-critical", 2'000'001'000,
                   "Used for system critical pods that must not be moved from their current node."),
      system_class(
          "system-cluster-critical", 2'000'000'000,
          "Used for system critical pods that must run in the cluster, but can be moved to another node if "
          "necessary.")};
}

std::shared_ptr<const Plugin> priority(const PluginOptions&) {
  return std::make_shared<Priority>();
}

}  // namespace apiserver::admission
