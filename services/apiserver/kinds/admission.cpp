#include "apiserver/kinds/admission_rules.hpp"
#include "apiserver/kinds/groups.hpp"

namespace apiserver::kinds {
namespace {

constexpr std::string_view admission = "admissionregistration.k8s.io";

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

const Column webhook_columns[] = {{"Name", "string", "name"}, {"Webhooks", "integer"}, {"Age"}};

json::array webhook_cells(const Object& o, base::SystemTime now) {
  const auto* hooks = api::get_array(o, {"webhooks"});
  return {text(name_cell(o)), static_cast<std::int64_t>(hooks ? hooks->size() : 0), text(age(o, now))};
}

void default_match(Object& spec, std::string_view member) {
  if (!api::get_object(spec, {member})) return;
  auto& match = api::ensure_object(spec, {member});
  api::set_default(match, {"matchPolicy"}, "Equivalent");
  for (auto selector : {"namespaceSelector", "objectSelector"})
    api::set_default(match, {selector}, Object());
  for (auto rules : {"resourceRules", "excludeResourceRules"})
    each(match, rules, [](Object& rule) { api::set_default(rule, {"scope"}, "*"); });
}

void default_policy(Object& o) {
  auto& spec = api::ensure_object(o, {"spec"});
  api::set_default(spec, {"failurePolicy"}, "Fail");
  default_match(spec, "matchConstraints");
}

void default_mutating_policy(Object& o) {
  default_policy(o);
  api::set_default(o, {"spec", "reinvocationPolicy"}, "Never");
}

void default_binding(Object& o) {
  auto& spec = api::ensure_object(o, {"spec"});
  default_match(spec, "matchResources");
  if (api::get_object(spec, {"paramRef"}))
    api::set_default(spec, {"paramRef", "parameterNotFoundAction"}, "Deny");
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

const Column mutating_policy_columns[] = {
    {"Name", "string", "name"}, {"Mutations", "integer"}, {"ParamKind"}, {"Age"}};

json::array mutating_policy_cells(const Object& o, base::SystemTime now) {
  const auto* mutations = api::get_array(o, {"spec", "mutations"});
  auto cells = policy_cells(o, now);
  cells[1] = static_cast<std::int64_t>(mutations ? mutations->size() : 0);
  return cells;
}

/// Which parameters: "namespace/name", or those of a selector.
std::string param_cell(const Object& o) {
  const auto* ref = api::get_object(o, {"spec", "paramRef"});
  if (!ref) return "<unset>";
  const auto ns = at(*ref, {"namespace"}), name = at(*ref, {"name"});
  if (!name.empty()) return ns.empty() ? "*/" + name : ns + "/" + name;
  return ns.empty() ? "*" : ns + "/*";
}

const Column binding_columns[] = {{"Name", "string", "name"}, {"PolicyName"}, {"ParamRef"}, {"Age"}};

json::array binding_cells(const Object& o, base::SystemTime now) {
  return {text(name_cell(o)), text(at(o, {"spec", "policyName"})), text(param_cell(o)), text(age(o, now))};
}

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
     .validate = validate_validating_policy,
     .table = {policy_columns, policy_cells},
     .generation = true},
    {.group = admission,
     .resource = "validatingadmissionpolicybindings",
     .defaults = default_binding,
     .validate = validate_validating_binding,
     .table = {binding_columns, binding_cells},
     .generation = true},
    {.group = admission,
     .resource = "mutatingadmissionpolicies",
     .defaults = default_mutating_policy,
     .validate = validate_mutating_policy,
     .table = {mutating_policy_columns, mutating_policy_cells},
     .generation = true},
    {.group = admission,
     .resource = "mutatingadmissionpolicybindings",
     .defaults = default_binding,
     .validate = validate_mutating_binding,
     .table = {binding_columns, binding_cells},
     .generation = true},
};

}  // namespace

std::span<const KindRecord> admission_records() {
  return records;
}

}  // namespace apiserver::kinds
