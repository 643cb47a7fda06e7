#include "api/names.hpp"
#include "apiserver/kinds/checks.hpp"
#include "apiserver/kinds/groups.hpp"

namespace apiserver::kinds {
namespace {

constexpr std::string_view group = "rbac.authorization.k8s.io";

void default_binding(Object& o) {
  api::set_default(o, {"roleRef", "apiGroup"}, json::string(group));
  each(o, "subjects", [](Object& s) {
    const bool account = api::get_string(s, {"kind"}) == "ServiceAccount";
    // Users and groups live in the API group, service accounts in the core group ("", left out).
    if (!account) api::set_default(s, {"apiGroup"}, json::string(group));
  });
}

void validate_rules(const Object& o, bool namespaced, Errors& errors) {
  whole(o, errors).each("rules", [&](const Part& rule) {
    rule.require("verbs", "verbs must contain at least one value");
    if (rule.count("nonResourceURLs") > 0) {
      if (namespaced) rule.invalid("nonResourceURLs", "namespaced rules cannot apply to non-resource URLs");
      if (rule.count("apiGroups") + rule.count("resources") + rule.count("resourceNames") > 0)
        rule.invalid("nonResourceURLs", "rules cannot apply to both regular resources and non-resource URLs");
      return;
    }
    rule.require("apiGroups", "resource rules must supply at least one api group");
    rule.require("resources", "resource rules must supply at least one resource");
  });
}

void validate_cluster_role(const Object& o, Errors& errors) {
  validate_rules(o, false, errors);
  const Part aggregation = whole(o, errors).part("aggregationRule");
  if (!api::get_object(o, {"aggregationRule"})) return;
  if (!aggregation.require("clusterRoleSelectors",
                           "at least one clusterRoleSelector required if aggregationRule is non-nil"))
    return;
  aggregation.each("clusterRoleSelectors", [](const Part& selector) {
    check_label_selector(selector.value, selector.path, selector.errors);
  });
}

void validate_subject(const Part& s, bool namespaced) {
  s.require("name");
  const auto kind = s.text("kind");
  if (kind != "User" && kind != "Group" && kind != "ServiceAccount")
    return add_not_supported(s.at("kind"), json::value(kind), {"ServiceAccount", "User", "Group"}, s.errors);
  if (kind == "ServiceAccount") {
    s.syntax("name", api::names::dns1123_subdomain);
    if (!s.text("apiGroup").empty()) add_not_supported(s.at("apiGroup"), s.copy("apiGroup"), {""}, s.errors);
    if (!namespaced) s.require("namespace");
  } else if (s.text("apiGroup") != group) {
    add_not_supported(s.at("apiGroup"), json::value(s.text("apiGroup")), {group}, s.errors);
  }
}

void validate_binding(const Object& o, bool namespaced, Errors& errors) {
  const Part binding = whole(o, errors), ref = binding.part("roleRef");
  const auto kind = ref.text("kind"), name = ref.text("name");
  if (ref.text("apiGroup") != group)
    add_not_supported(ref.at("apiGroup"), json::value(ref.text("apiGroup")), {group}, errors);
  if (kind != "ClusterRole" && !(namespaced && kind == "Role")) {
    if (namespaced)
      add_not_supported(ref.at("kind"), json::value(kind), {"Role", "ClusterRole"}, errors);
    else
      add_not_supported(ref.at("kind"), json::value(kind), {"ClusterRole"}, errors);
  }
  if (name.empty())
    errors.required(ref.at("name"));
  else
    ref.syntax("name", api::names::path_segment);
  binding.each("subjects", [&](const Part& s) { validate_subject(s, namespaced); });
}

void binding_update(const Object& o, const Object& old, Errors& errors) {
  if (!same(o, old, {"roleRef"}))
    errors.invalid(Path("roleRef"), copy(o, {"roleRef"}), "cannot change roleRef");
}

std::string subjects_cell(const Object& o, std::string_view kind) {
  std::string cell;
  each(o, "subjects", Path(), [&](const Object& s, const Path&) {
    if (api::get_string(s, {"kind"}) != kind) return;
    std::string name = at(s, {"name"});
    if (kind == "ServiceAccount") name = at(s, {"namespace"}) + "/" + name;
    cell += cell.empty() ? name : ", " + name;
  });
  return cell;
}

const Column binding_columns[] = {{"Name", "string", "name"},
                                  {"Role"},
                                  {"Age"},
                                  {"Users", "string", "", "", 1},
                                  {"Groups", "string", "", "", 1},
                                  {"ServiceAccounts", "string", "", "", 1}};

json::array binding_cells(const Object& o, base::SystemTime now) {
  return {text(name_cell(o)),
          text(at(o, {"roleRef", "kind"}) + "/" + at(o, {"roleRef", "name"})),
          text(age(o, now)),
          text(subjects_cell(o, "User")),
          text(subjects_cell(o, "Group")),
          text(subjects_cell(o, "ServiceAccount"))};
}

const Column role_columns[] = {{"Name", "string", "name"}, {"Created At", "date"}};

json::array role_cells(const Object& o, base::SystemTime) {
  return {text(name_cell(o)), text(at(o, {"metadata", "creationTimestamp"}))};
}

const KindRecord records[] = {
    {.group = group,
     .resource = "roles",
     .validate = [](const Object& o, Errors& e) { validate_rules(o, true, e); },
     .table = {role_columns, role_cells},
     .allow_create_on_update = true,
     .validate_name = api::names::path_segment},
    {.group = group,
     .resource = "clusterroles",
     .validate = validate_cluster_role,
     .table = {role_columns, role_cells},
     .allow_create_on_update = true,
     .validate_name = api::names::path_segment},
    {.group = group,
     .resource = "rolebindings",
     .defaults = default_binding,
     .validate = [](const Object& o, Errors& e) { validate_binding(o, true, e); },
     .validate_update = binding_update,
     .table = {binding_columns, binding_cells},
     .allow_create_on_update = true,
     .validate_name = api::names::path_segment},
    {.group = group,
     .resource = "clusterrolebindings",
     .defaults = default_binding,
     .validate = [](const Object& o, Errors& e) { validate_binding(o, false, e); },
     .validate_update = binding_update,
     .table = {binding_columns, binding_cells},
     .allow_create_on_update = true,
     .validate_name = api::names::path_segment},
};

}  // namespace

std::span<const KindRecord> rbac_records() {
  return records;
}

}  // namespace apiserver::kinds
