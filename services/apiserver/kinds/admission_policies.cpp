#include <algorithm>
#include "api/names.hpp"
#include "apiserver/kinds/admission_rules.hpp"
#include "apiserver/kinds/syntax.hpp"

namespace apiserver::kinds {
namespace {

bool is_blank(std::string_view text) {
  return text.find_first_not_of(" \t\n\v\f\r") == std::string_view::npos;
}

void check_param_kind(const Part& kind) {
  const auto version = kind.text("apiVersion"), name = kind.text("kind");
  if (kind.require("apiVersion")) {
    const auto slash = version.find('/');
    if (std::count(version.begin(), version.end(), '/') > 1)
      kind.invalid("apiVersion", "unexpected GroupVersion string: " + std::string(version));
    else if (slash != std::string_view::npos)
      check_name(version.substr(0, slash), kind.at("apiVersion"), api::names::dns1123_subdomain, kind.errors);
    const auto number = slash == std::string_view::npos ? version : version.substr(slash + 1);
    check_name(number, kind.at("apiVersion"), api::names::dns1035_label, kind.errors);
  }
  if (!kind.require("kind")) return;
  std::string lower(name);
  std::transform(lower.begin(), lower.end(), lower.begin(), [](unsigned char c) { return std::tolower(c); });
  if (auto wrong = api::names::dns1035_label(lower))
    kind.invalid("kind", "may have mixed case, but should otherwise match: " + *wrong);
}

void check_variables(const Part& spec) {
  spec.each("variables", [](const Part& v) {
    if (v.require("name", "name is not specified") && syntax::c_identifier(v.text("name")))
      v.invalid("name", "name is not a valid CEL identifier");
    if (is_blank(v.text("expression"))) v.errors.required(v.at("expression"), "expression is not specified");
  });
}

void check_policy(const Part& spec) {
  if (!spec.has("failurePolicy"))
    spec.errors.required(spec.at("failurePolicy"));
  else
    spec.one_of_if_set("failurePolicy", {"Fail", "Ignore"});
  spec.with("paramKind", check_param_kind);
  if (!spec.object("matchConstraints")) {
    spec.errors.required(spec.at("matchConstraints"));
  } else {
    const Part match = spec.part("matchConstraints");
    check_match_resources(match);
    match.require("resourceRules");
  }
  check_match_conditions(spec);
  check_variables(spec);
}

void check_validation(const Part& v) {
  const auto expression = v.text("expression"), message = v.text("message");
  const bool lines = expression.find_first_of("\n\r") != std::string_view::npos;
  if (is_blank(expression)) v.errors.required(v.at("expression"), "expression is not specified");
  if (!message.empty() && is_blank(message))
    v.invalid("message", "message must be non-empty if specified");
  else if (message.find_first_of("\n\r") != std::string_view::npos)
    v.invalid("message", "message must not contain line breaks");
  else if (lines && message.empty())
    v.errors.required(v.at("message"), "message must be specified if expression contains line breaks");
  if (v.has("reason") &&
      !contains({"Unauthorized", "Forbidden", "Invalid", "RequestEntityTooLarge"}, v.text("reason")))
    add_not_supported(v.at("reason"), v.copy("reason"),
                      {"Unauthorized", "Forbidden", "Invalid", "RequestEntityTooLarge"}, v.errors);
}

void check_audit_annotations(const Part& spec, std::string_view policy) {
  constexpr std::size_t annotations_max = 20, expression_max = 5 * 1024;
  if (spec.count("auditAnnotations") > annotations_max)
    spec.invalid("auditAnnotations", "must not have more than 20 auditAnnotations");
  std::set<std::string> keys;
  spec.each("auditAnnotations", [&](const Part& a) {
    const auto key = a.text("key");
    const std::string full = policy.empty() ? std::string(key) : std::string(policy) + "/" + std::string(key);
    if (auto wrong = api::names::qualified_name(full))
      a.errors.invalid(a.at("key"), json::value(key), *wrong);
    if (is_blank(a.text("valueExpression")))
      a.errors.required(a.at("valueExpression"), "valueExpression is not specified");
    else if (a.text("valueExpression").size() > expression_max)
      a.errors.required(a.at("valueExpression"), "must not exceed 5kb in length");
    check_unique(keys, key, a.at("key"), a.errors);
  });
}

void check_mutation(const Part& m) {
  const auto type = m.text("patchType");
  if (!m.one_of_in_order("patchType", {"ApplyConfiguration", "JSONPatch"})) return;
  const std::string_view wanted = type == "JSONPatch" ? "jsonPatch" : "applyConfiguration";
  const std::string_view other = type == "JSONPatch" ? "applyConfiguration" : "jsonPatch";
  if (!m.object(wanted))
    m.errors.required(m.at(wanted), "must be specified when patchType is " + std::string(type));
  else if (is_blank(m.part(wanted).text("expression")))
    m.errors.required(m.at(wanted).child("expression"), "expression is not specified");
  m.forbid(other, "must not be specified when patchType is " + std::string(type));
}

void check_param_ref(const Part& ref) {
  const bool name = !ref.text("name").empty(), selector = ref.object("selector");
  if (name && selector) {
    ref.errors.forbidden(ref.at("name"), "name and selector are mutually exclusive");
    ref.errors.forbidden(ref.at("selector"), "name and selector are mutually exclusive");
  }
  if (!name && !selector) ref.errors.required(ref.path, "one of name or selector must be specified");
  ref.syntax("name", api::names::path_segment);
  check_selector(ref, "selector");
  if (!ref.has("parameterNotFoundAction"))
    ref.errors.required(ref.at("parameterNotFoundAction"));
  else
    ref.one_of_if_set("parameterNotFoundAction", {"Allow", "Deny"});
}

void check_binding(const Part& spec) {
  if (spec.require("policyName")) spec.syntax("policyName", api::names::dns1123_subdomain);
  spec.with("paramRef", check_param_ref);
  spec.with("matchResources", check_match_resources);
}

void check_actions(const Part& spec) {
  constexpr std::string_view member = "validationActions";
  if (!spec.require(member, "at least one validation action is required")) return;
  std::set<std::string> seen;
  spec.each_text(member, [&](std::string_view action, const Path& path) {
    if (!contains({"Audit", "Deny", "Warn"}, action))
      spec.errors.not_supported(path, json::value(action), {"Audit", "Deny", "Warn"});
    check_unique(seen, action, path, spec.errors);
  });
  if (seen.contains("Deny") && seen.contains("Warn"))
    spec.invalid(
        member,
        "must not contain both Deny and Warn (repeating the same validation failure information in the "
        "API response and headers serves no purpose)");
}

}  // namespace

void validate_validating_policy(const Object& o, Errors& errors) {
  const Part spec = spec_of(o, errors);
  check_policy(spec);
  if (spec.count("validations") + spec.count("auditAnnotations") == 0)
    for (auto member : {"validations", "auditAnnotations"})
      errors.required(spec.at(member), "validations or auditAnnotations must contain at least one item");
  spec.each("validations", check_validation);
  check_audit_annotations(spec, api::name_of(o));
}

void validate_mutating_policy(const Object& o, Errors& errors) {
  const Part spec = spec_of(o, errors);
  check_policy(spec);
  spec.require("mutations", "mutations must contain at least one item");
  spec.each("mutations", check_mutation);
  spec.one_of("reinvocationPolicy", {"IfNeeded", "Never"});
}

void validate_validating_binding(const Object& o, Errors& errors) {
  const Part spec = spec_of(o, errors);
  check_binding(spec);
  check_actions(spec);
}

void validate_mutating_binding(const Object& o, Errors& errors) {
  check_binding(spec_of(o, errors));
}

}  // namespace apiserver::kinds
