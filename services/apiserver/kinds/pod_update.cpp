#include <algorithm>
#include "api/names.hpp"
#include "api/quantity.hpp"
#include "apiserver/kinds/pod_rules.hpp"
#include "apiserver/kinds/pod_spec.hpp"

/// What may change in a pod's spec. Source: API reference, "Pod update and replacement".
namespace apiserver::kinds {
namespace {

void copy_member(Object& to, const Object& from, std::string_view member) {
  if (const auto* v = from.if_contains(member))
    to[member] = *v;
  else
    to.erase(member);
}

void copy_images(Object& spec, const Object& from) {
  for (auto list : {"containers", "initContainers"}) {
    const auto* source = api::get_array(from, {list});
    auto* target = spec.if_contains(list);
    if (!source || !target || !target->is_array() || target->get_array().size() != source->size()) continue;
    for (std::size_t i = 0; i < source->size(); ++i)
      if (target->get_array()[i].is_object() && (*source)[i].is_object())
        copy_member(target->get_array()[i].get_object(), (*source)[i].get_object(), "image");
  }
}

/// False: the lists differ in length, and nothing more can be said.
bool same_containers(const Part& spec, const Part& old, std::string_view list) {
  if (spec.count(list) != old.count(list)) {
    spec.errors.forbidden(spec.at(list), "pod updates may not add or remove containers");
    return false;
  }
  return true;
}

/// False: stop here, as upstream does.
bool check_deadline(const Part& spec, const Part& old) {
  const auto now = spec.number("activeDeadlineSeconds"), before = old.number("activeDeadlineSeconds");
  if (!now) {
    if (before)
      spec.errors.invalid(spec.at("activeDeadlineSeconds"), nullptr,
                          "must not update from a positive integer to nil value");
    return true;
  }
  if (*now < 0 || *now > 2147483647) return spec.range("activeDeadlineSeconds", 0, 2147483647);
  if (!before || *now <= *before) return true;
  spec.invalid("activeDeadlineSeconds", "must be less than or equal to previous value");
  return false;
}

void check_tolerations(const Part& spec, const Part& old) {
  const auto* now = spec.list("tolerations");
  const auto same_but_seconds = [](const json::value& a, const json::value& b) {
    if (!a.is_object() || !b.is_object()) return false;
    Object x = a.get_object(), y = b.get_object();
    x.erase("tolerationSeconds");
    y.erase("tolerationSeconds");
    return api::deep_equal(x, y);
  };
  const auto* before = old.list("tolerations");
  if (!before) return;
  for (const auto& t : *before)
    if (!now || std::none_of(now->begin(), now->end(), [&](const auto& n) { return same_but_seconds(t, n); }))
      return spec.errors.forbidden(spec.at("tolerations"),
                                   "existing toleration can not be modified except its tolerationSeconds");
}

void check_scheduling_gates(const Part& spec, const Part& old) {
  std::set<std::string> before;
  old.each("schedulingGates", [&](const Part& gate) { before.emplace(gate.text("name")); });
  spec.each("schedulingGates", [&](const Part& gate) {
    const std::string name(gate.text("name"));
    if (!before.contains(name))
      gate.errors.forbidden(gate.at("name"),
                            "only deletion is allowed, but found new scheduling gate '" + name + "'");
  });
}

bool starts_with(const json::array* now, const json::array* before) {
  if (!before || before->empty()) return true;
  if (!now || now->size() < before->size()) return false;
  for (std::size_t i = 0; i < before->size(); ++i)
    if (!api::deep_equal((*now)[i], (*before)[i])) return false;
  return true;
}

bool only_adds(const Object& now, const Object& before) {
  const auto size = [](const Object& o, std::string_view list) {
    const auto* a = api::get_array(o, {list});
    return a ? a->size() : 0;
  };
  const bool had_none = size(before, "matchExpressions") + size(before, "matchFields") == 0;
  if (had_none && size(now, "matchExpressions") + size(now, "matchFields") > 0) return false;
  for (auto list : {"matchExpressions", "matchFields"})
    if (!starts_with(api::get_array(now, {list}), api::get_array(before, {list}))) return false;
  return true;
}

/// A pod that waits behind a gate may be told more narrowly where to run.
void check_narrowed_affinity(const Part& spec, const Part& old) {
  constexpr std::string_view required = "requiredDuringSchedulingIgnoredDuringExecution";
  const Part now = spec.part("affinity").part("nodeAffinity").part(required);
  const Part before = old.part("affinity").part("nodeAffinity").part(required);
  const auto* terms = before.list("nodeSelectorTerms");
  if (!terms || terms->empty()) return;
  const auto* new_terms = now.list("nodeSelectorTerms");
  if (!new_terms || new_terms->size() != terms->size())
    return now.invalid("nodeSelectorTerms",
                       "no additions/deletions to non-empty NodeSelectorTerms list are allowed");
  std::size_t i = 0;
  now.each("nodeSelectorTerms", [&](const Part& term) {
    const auto& was = (*terms)[i++];
    if (was.is_object() && !only_adds(term.value, was.get_object()))
      term.errors.invalid(term.path, term.value, "only additions are allowed (no mutations or deletions)");
  });
}

void check_narrowed_selector(const Part& spec, const Part& old) {
  const auto* before = old.object("nodeSelector");
  if (!before) return;
  const auto* now = spec.object("nodeSelector");
  for (const auto& [key, value] : *before) {
    const auto* v = now ? now->if_contains(key) : nullptr;
    if (!v || *v != value)
      return spec.invalid("nodeSelector",
                          "only additions to spec.nodeSelector are allowed (no mutations or deletions)");
  }
}

void allow_narrowing(Object& rest, const Part& spec, const Part& old) {
  if (old.count("schedulingGates") == 0) return;
  check_narrowed_selector(spec, old);
  check_narrowed_affinity(spec, old);
  copy_member(rest, old.value, "nodeSelector");
  if (old.object("affinity")) {
    auto& affinity = api::ensure_object(rest, {"affinity"});
    copy_member(affinity, *old.object("affinity"), "nodeAffinity");
  } else if (auto* affinity = rest.if_contains("affinity"); affinity && affinity->is_object()) {
    affinity->get_object().erase("nodeAffinity");
    if (affinity->get_object().empty()) rest.erase("affinity");
  }
}

void check_annotation_changes(const Object& pod, const Object& old, Errors& errors) {
  constexpr std::string_view mirror = "kubernetes.io/config.mirror";
  const Path path = Path("metadata").child("annotations").key(mirror);
  const auto* now = api::get(pod, {"metadata", "annotations", mirror});
  const auto* before = api::get(old, {"metadata", "annotations", mirror});
  if (before && (!now || *now != *before))
    errors.forbidden(path, "may not remove or update mirror pod annotation");
  if (now && !before) errors.forbidden(path, "may not add mirror pod annotation");
}

constexpr std::string_view only_these =
    "pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,"
    "`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),"
    "`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)\n";

/// The members that differ, for the person who reads the message.
std::string changed_members(const Object& now, const Object& before) {
  std::string names;
  const auto add = [&](std::string_view key) {
    if (!same(now, before, {key})) names += (names.empty() ? "" : ", ") + std::string(key);
  };
  for (const auto& m : before)
    add(m.key());
  for (const auto& m : now)
    if (!before.contains(m.key())) add(m.key());
  return names;
}

}  // namespace

void validate_pod_update(const Object& pod, const Object& old_pod, Errors& errors) {
  check_annotation_changes(pod, old_pod, errors);
  const Part spec = spec_of(pod, errors), old = spec_of(old_pod, errors);
  if (!same_containers(spec, old, "containers") || !same_containers(spec, old, "initContainers")) return;
  if (!check_deadline(spec, old)) return;
  check_tolerations(spec, old);
  check_scheduling_gates(spec, old);
  Object rest = spec.value;
  copy_images(rest, old.value);
  for (auto member : {"activeDeadlineSeconds", "schedulingGates", "tolerations"})
    copy_member(rest, old.value, member);
  if (old.number("terminationGracePeriodSeconds").value_or(0) < 0 &&
      spec.number("terminationGracePeriodSeconds") == 1)
    copy_member(rest, old.value, "terminationGracePeriodSeconds");
  allow_narrowing(rest, spec, old);
  if (!api::deep_equal(rest, old.value))
    errors.forbidden(spec.path, std::string(only_these) + changed_members(rest, old.value));
}

void validate_ephemeral_update(const Object& pod, const Object& old, Errors& errors) {
  if (api::get(old, {"metadata", "annotations", "kubernetes.io/config.mirror"}))
    return errors.forbidden(Path(), "static pods do not support ephemeral containers");
  const Part spec = spec_of(pod, errors);
  const Path path = spec.at("ephemeralContainers");
  spec_of(old, errors).each("ephemeralContainers", [&](const Part& before) {
    const Object* kept = nullptr;
    spec.each("ephemeralContainers", [&](const Part& c) {
      if (c.text("name") == before.text("name")) kept = &c.value;
    });
    const std::string which =
        "existing ephemeral containers \"" + std::string(before.text("name")) + "\" may not be ";
    if (!kept)
      errors.forbidden(path, which + "removed\n");
    else if (!api::deep_equal(*kept, before.value))
      errors.forbidden(path, which + "changed\n" + changed_members(*kept, before.value));
  });
}

}  // namespace apiserver::kinds
