#include "api/names.hpp"
#include "apiserver/kinds/common.hpp"
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
  each(o, "rules", Path(), [&](const Object& rule, const Path& p) {
    check_required(rule, "verbs", p, errors);
    const auto* urls = api::get_array(rule, {"nonResourceURLs"});
    if (urls && !urls->empty()) {
      if (namespaced)
        errors.invalid(p.child("nonResourceURLs"), *urls,
                       "namespaced rules cannot apply to non-resource URLs");
      const auto* resources = api::get_array(rule, {"resources"});
      if (resources && !resources->empty())
        errors.invalid(p.child("nonResourceURLs"), *urls,
                       "rules cannot apply to both regular resources and non-resource URLs");
      return;
    }
    if (!api::get_array(rule, {"apiGroups"}) || api::get_array(rule, {"apiGroups"})->empty())
      errors.required(p.child("apiGroups"), "resource rules must supply at least one api group");
    if (!api::get_array(rule, {"resources"}) || api::get_array(rule, {"resources"})->empty())
      errors.required(p.child("resources"), "resource rules must supply at least one resource");
  });
}

void validate_subject(const Object& s, const Path& p, bool namespaced, Errors& errors) {
  check_required(s, "name", p, errors);
  const auto kind = api::get_string(s, {"kind"});
  if (kind != "User" && kind != "Group" && kind != "ServiceAccount")
    return errors.not_supported(p.child("kind"), json::value(kind), {"ServiceAccount", "User", "Group"});
  if (kind == "ServiceAccount" && !namespaced) check_required(s, "namespace", p, errors);
  const auto wanted = kind == "ServiceAccount" ? std::string_view() : group;
  if (api::get_string(s, {"apiGroup"}) != wanted)
    errors.not_supported(p.child("apiGroup"), copy(s, {"apiGroup"}), {wanted});
}

void validate_binding(const Object& o, bool namespaced, Errors& errors) {
  static const Object none;
  const Path path("roleRef");
  const auto* ref = api::get_object(o, {"roleRef"});
  if (!ref) ref = &none;
  if (api::get_string(*ref, {"apiGroup"}) != group)
    errors.not_supported(path.child("apiGroup"), copy(*ref, {"apiGroup"}), {group});
  const auto kind = api::get_string(*ref, {"kind"});
  if (kind != "ClusterRole" && !(namespaced && kind == "Role"))
    errors.not_supported(path.child("kind"), json::value(kind),
                         namespaced ? std::vector<std::string_view>{"Role", "ClusterRole"}
                                    : std::vector<std::string_view>{"ClusterRole"});
  check_required(*ref, "name", path, errors);
  each(o, "subjects", Path(),
       [&](const Object& s, const Path& p) { validate_subject(s, p, namespaced, errors); });
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
     .validate = [](const Object& o, Errors& e) { validate_rules(o, false, e); },
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
