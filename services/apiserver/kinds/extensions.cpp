#include "apiserver/kinds/common.hpp"
#include "apiserver/kinds/groups.hpp"

namespace apiserver::kinds {
namespace {

// admissionregistration.k8s.io

void default_webhook(Object& hook, bool mutating) {
  api::set_default(hook, {"failurePolicy"}, "Fail");
  api::set_default(hook, {"matchPolicy"}, "Equivalent");
  api::set_default(hook, {"namespaceSelector"}, Object());
  api::set_default(hook, {"objectSelector"}, Object());
  api::set_default(hook, {"timeoutSeconds"}, 10);
  if (mutating) api::set_default(hook, {"reinvocationPolicy"}, "Never");
  if (api::get_object(hook, {"clientConfig", "service"}))
    api::set_default(hook, {"clientConfig", "service", "port"}, 443);
  each(hook, "rules", [](Object& rule) { api::set_default(rule, {"scope"}, "*"); });
}

void validate_webhooks(const Object& o, Errors& errors) {
  each(o, "webhooks", Path(), [&](const Object& hook, const Path& p) {
    check_required(hook, "name", p, errors);
    check_required(hook, "sideEffects", p, errors);
    check_required(hook, "admissionReviewVersions", p, errors);
    check_one_of(hook, "sideEffects", p, {"None", "NoneOnDryRun"}, errors);
    check_one_of(hook, "failurePolicy", p, {"Fail", "Ignore"}, errors);
    const auto timeout = number(hook, {"timeoutSeconds"}, 10);
    if (timeout < 1 || timeout > 30)
      errors.invalid(p.child("timeoutSeconds"), timeout,
                     "the timeout value must be between 1 and 30 seconds");
    const bool url = !api::get_string(hook, {"clientConfig", "url"}).empty();
    const bool service = api::get_object(hook, {"clientConfig", "service"}) != nullptr;
    if (url == service) errors.required(p.child("clientConfig"), "exactly one of url or service is required");
  });
}

const Column webhook_columns[] = {{"Name", "string", "name"}, {"Webhooks", "integer"}, {"Age"}};

json::array webhook_cells(const Object& o, base::SystemTime now) {
  const auto* hooks = api::get_array(o, {"webhooks"});
  return {text(name_cell(o)), static_cast<std::int64_t>(hooks ? hooks->size() : 0), text(age(o, now))};
}

void default_policy(Object& o) {
  auto& spec = api::ensure_object(o, {"spec"});
  api::set_default(spec, {"failurePolicy"}, "Fail");
  if (api::get_object(spec, {"matchConstraints"})) {
    api::set_default(spec, {"matchConstraints", "matchPolicy"}, "Equivalent");
    api::set_default(spec, {"matchConstraints", "namespaceSelector"}, Object());
    api::set_default(spec, {"matchConstraints", "objectSelector"}, Object());
  }
}

const Column policy_columns[] = {
    {"Name", "string", "name"}, {"Validations", "integer"}, {"ParamKind"}, {"Age"}};

json::array policy_cells(const Object& o, base::SystemTime now) {
  const auto* validations = api::get_array(o, {"spec", "validations"});
  const auto kind = at(o, {"spec", "paramKind", "kind"});
  return {text(name_cell(o)), static_cast<std::int64_t>(validations ? validations->size() : 0),
          text(kind.empty() ? "<unset>" : at(o, {"spec", "paramKind", "apiVersion"}) + "/" + kind),
          text(age(o, now))};
}

const Column binding_columns[] = {{"Name", "string", "name"}, {"PolicyName"}, {"ParamRef"}, {"Age"}};

json::array binding_cells(const Object& o, base::SystemTime now) {
  const auto param = at(o, {"spec", "paramRef", "name"});
  return {text(name_cell(o)), text(at(o, {"spec", "policyName"})), text(param.empty() ? "<unset>" : param),
          text(age(o, now))};
}

// apiextensions.k8s.io

void default_crd(Object& o) {
  auto& spec = api::ensure_object(o, {"spec"});
  const auto kind = at(spec, {"names", "kind"});
  if (!kind.empty()) {
    std::string singular = kind;
    for (auto& c : singular)
      c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    api::set_default(spec, {"names", "singular"}, text(singular));
    api::set_default(spec, {"names", "listKind"}, text(kind + "List"));
  }
  api::set_default(spec, {"conversion", "strategy"}, "None");
}

void validate_crd(const Object& o, Errors& errors) {
  const Path path("spec");
  const auto* spec = api::get_object(o, {"spec"});
  if (!spec) return errors.required(path);
  check_required(*spec, "group", path, errors);
  check_required(*spec, "scope", path, errors);
  check_one_of(*spec, "scope", path, {"Cluster", "Namespaced"}, errors);
  static const Object none;
  const auto* names = api::get_object(*spec, {"names"});
  check_required(names ? *names : none, "plural", path.child("names"), errors);
  check_required(names ? *names : none, "kind", path.child("names"), errors);
  const auto wanted = at(*spec, {"names", "plural"}) + "." + at(*spec, {"group"});
  if (api::name_of(o) != wanted)
    errors.invalid(Path("metadata").child("name"), text(api::name_of(o)),
                   "must be spec.names.plural+\".\"+spec.group");
  int storage = 0;
  each(*spec, "versions", path, [&](const Object& v, const Path& p) {
    check_required(v, "name", p, errors);
    storage += api::get_bool(v, {"storage"}) ? 1 : 0;
    if (!api::get_object(v, {"schema", "openAPIV3Schema"}))
      errors.required(p.child("schema").child("openAPIV3Schema"), "schemas are required");
  });
  if (storage != 1)
    errors.invalid(path.child("versions"), copy(*spec, {"versions"}),
                   "must have exactly one version marked as storage version");
}

const Column crd_columns[] = {{"Name", "string", "name"}, {"Created At", "date"}};

// apiregistration.k8s.io

std::string api_service_available(const Object& o) {
  std::string cell = "Unknown";
  if (const auto* status = api::get_object(o, {"status"}))
    each(*status, "conditions", Path(), [&](const Object& c, const Path&) {
      if (api::get_string(c, {"type"}) != "Available") return;
      cell = at(c, {"status"});
      if (cell != "True") cell += " (" + at(c, {"reason"}) + ")";
    });
  return cell;
}

const Column api_service_columns[] = {{"Name", "string", "name"}, {"Service"}, {"Available"}, {"Age"}};

json::array api_service_cells(const Object& o, base::SystemTime now) {
  const auto service = at(o, {"spec", "service", "name"});
  return {text(name_cell(o)),
          text(service.empty() ? "Local" : at(o, {"spec", "service", "namespace"}) + "/" + service),
          text(api_service_available(o)), text(age(o, now))};
}

constexpr std::string_view admission = "admissionregistration.k8s.io";

const KindRecord records[] = {
    {.group = admission,
     .resource = "validatingwebhookconfigurations",
     .defaults = [](Object& o) { each(o, "webhooks", [](Object& h) { default_webhook(h, false); }); },
     .validate = validate_webhooks,
     .table = {webhook_columns, webhook_cells},
     .generation = true},
    {.group = admission,
     .resource = "mutatingwebhookconfigurations",
     .defaults = [](Object& o) { each(o, "webhooks", [](Object& h) { default_webhook(h, true); }); },
     .validate = validate_webhooks,
     .table = {webhook_columns, webhook_cells},
     .generation = true},
    {.group = admission,
     .resource = "validatingadmissionpolicies",
     .defaults = default_policy,
     .table = {policy_columns, policy_cells},
     .generation = true},
    {.group = admission,
     .resource = "validatingadmissionpolicybindings",
     .table = {binding_columns, binding_cells},
     .generation = true},
    {.group = "apiextensions.k8s.io",
     .resource = "customresourcedefinitions",
     .defaults = default_crd,
     .validate = validate_crd,
     .table = {crd_columns,
               [](const Object& o, base::SystemTime) -> json::array {
                 return {text(name_cell(o)), text(at(o, {"metadata", "creationTimestamp"}))};
               }},
     .generation = true},
    {.group = "apiregistration.k8s.io",
     .resource = "apiservices",
     .table = {api_service_columns, api_service_cells}},
};

}  // namespace

std::span<const KindRecord> extension_records() {
  return records;
}

}  // namespace apiserver::kinds
