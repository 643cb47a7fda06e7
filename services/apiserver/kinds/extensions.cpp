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
    {.group = "apiregistration.k8s.io",
     .resource = "apiservices",
     .table = {api_service_columns, api_service_cells}},
};

}  // namespace

std::span<const KindRecord> extension_records() {
  return records;
}

}  // namespace apiserver::kinds
