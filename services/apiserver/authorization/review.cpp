#include "apiserver/authorization/review.hpp"
#include <boost/json/array.hpp>
#include "api/object.hpp"

namespace apiserver::authorization {
namespace {

namespace json = boost::json;

UserInfo subject_of(const json::object& review) {
  UserInfo user;
  user.name = api::get_string(review, {"spec", "user"});
  user.uid = api::get_string(review, {"spec", "uid"});
  const auto add = [](const json::array* list, std::vector<std::string>& into) {
    if (!list) return;
    for (const auto& v : *list) {
      if (v.is_string()) into.emplace_back(v.get_string());
    }
  };
  add(api::get_array(review, {"spec", "groups"}), user.groups);
  if (const auto* extra = api::get_object(review, {"spec", "extra"})) {
    for (const auto& m : *extra) {
      if (m.value().is_array()) add(&m.value().get_array(), user.extra[std::string(m.key())]);
    }
  }
  return user;
}

/// The selector of resourceAttributes.fieldSelector, as far as it demands equality; upstream hands on the
/// same.
base::Result<api::FieldSelector> field_selector(const json::object& resource) {
  if (const auto raw = api::get_string(resource, {"fieldSelector", "rawSelector"}); !raw.empty()) {
    return api::FieldSelector::parse(raw);
  }
  std::string text;
  if (const auto* list = api::get_array(resource, {"fieldSelector", "requirements"})) {
    for (const auto& item : *list) {
      const auto* o = item.if_object();
      const auto* values = o ? api::get_array(*o, {"values"}) : nullptr;
      if (!values || values->size() != 1 || !values->front().is_string()) continue;
      const auto op = api::get_string(*o, {"operator"});
      if (op != "In" && op != "NotIn") continue;
      text += (text.empty() ? "" : ",") + std::string(api::get_string(*o, {"key"})) +
              (op == "In" ? "=" : "!=") + std::string(values->front().get_string());
    }
  }
  return api::FieldSelector::parse(text);
}

api::StatusOr<void> check_attributes(const json::object& review, std::string_view kind, bool needs_subject) {
  const auto spec = api::field::Path("spec");
  api::field::Errors errors;
  const auto* resource = api::get_object(review, {"spec", "resourceAttributes"});
  const auto* other = api::get_object(review, {"spec", "nonResourceAttributes"});
  if (resource && other) {
    errors.invalid(spec.child("nonResourceAttributes"), *other,
                   "cannot be specified in combination with resourceAttributes");
  }
  if (!resource && !other) {
    errors.invalid(spec.child("resourceAttributes"), nullptr,
                   "exactly one of nonResourceAttributes or resourceAttributes must be specified");
  }
  const auto* groups = api::get_array(review, {"spec", "groups"});
  if (needs_subject && api::get_string(review, {"spec", "user"}).empty() && (!groups || groups->empty())) {
    errors.invalid(spec.child("user"), "", "at least one of user or group must be specified");
  }
  if (errors.empty()) return {};
  return api::StatusError::invalid({"authorization.k8s.io", "v1", std::string(kind)}, "", errors);
}

json::object status_of(const Decision& d) {
  json::object status;
  status["allowed"] = d.verdict == Verdict::allow;
  if (d.verdict == Verdict::deny) status["denied"] = true;
  if (!d.reason.empty()) status["reason"] = d.reason;
  return status;
}

json::object answer(json::object review, const UserInfo& user, const Authorizer& authorizer) {
  Attributes a;
  a.user = &user;
  json::object status;
  if (const auto* r = api::get_object(review, {"spec", "resourceAttributes"})) {
    a.verb = api::get_string(*r, {"verb"});
    a.api_group = api::get_string(*r, {"group"});
    a.api_version = api::get_string(*r, {"version"});
    a.resource = api::get_string(*r, {"resource"});
    a.subresource = api::get_string(*r, {"subresource"});
    a.namespace_ = api::get_string(*r, {"namespace"});
    a.name = api::get_string(*r, {"name"});
    const auto selector = field_selector(*r);
    if (selector) a.field_selector = &*selector;
    status = status_of(authorizer.authorize(a));
    if (!selector)
      status["evaluationError"] =
          "spec.resourceAttributes.fieldSelector ignored: " + selector.error().message;
  } else {
    const auto& other = *api::get_object(review, {"spec", "nonResourceAttributes"});
    a.resource_request = false;
    a.verb = api::get_string(other, {"verb"});
    a.path = api::get_string(other, {"path"});
    status = status_of(authorizer.authorize(a));
  }
  review["status"] = std::move(status);
  return review;
}

json::array array_of(const std::vector<std::string>& v) {
  return json::array(v.begin(), v.end());
}

}  // namespace

api::StatusOr<json::object> subject_access_review(json::object review, const Authorizer& authorizer) {
  if (auto ok = check_attributes(review, "SubjectAccessReview", true); !ok) return ok.error();
  const auto user = subject_of(review);
  return answer(std::move(review), user, authorizer);
}

api::StatusOr<json::object> local_subject_access_review(json::object review, std::string_view ns,
                                                        const Authorizer& authorizer) {
  if (auto ok = check_attributes(review, "LocalSubjectAccessReview", true); !ok) return ok.error();
  if (!api::get_object(review, {"spec", "resourceAttributes"})) {
    return api::StatusError::bad_request("spec.nonResourceAttributes: disallowed on this kind of request");
  }
  auto& resource = api::ensure_object(review, {"spec", "resourceAttributes"});
  if (const auto asked = api::get_string(resource, {"namespace"}); asked != ns) {
    return api::StatusError::bad_request("spec.resourceAttributes.namespace must match namespace: " +
                                         std::string(ns));
  }
  const auto user = subject_of(review);
  return answer(std::move(review), user, authorizer);
}

api::StatusOr<json::object> self_subject_access_review(json::object review, const UserInfo& user,
                                                       const Authorizer& authorizer) {
  if (auto ok = check_attributes(review, "SelfSubjectAccessReview", false); !ok) return ok.error();
  return answer(std::move(review), user, authorizer);
}

api::StatusOr<json::object> self_subject_rules_review(json::object review, const UserInfo& user,
                                                      const Authorizer& authorizer) {
  const std::string ns(api::get_string(review, {"spec", "namespace"}));
  if (ns.empty()) return api::StatusError::bad_request("no namespace on request");
  RuleList rules;
  authorizer.rules_for(user, ns, rules);
  json::array resource_rules, non_resource_rules;
  for (const auto& r : rules.resource_rules) {
    json::object o{{"verbs", array_of(r.verbs)},
                   {"apiGroups", array_of(r.api_groups)},
                   {"resources", array_of(r.resources)}};
    if (!r.resource_names.empty()) o["resourceNames"] = array_of(r.resource_names);
    resource_rules.push_back(std::move(o));
  }
  for (const auto& r : rules.non_resource_rules) {
    non_resource_rules.push_back(
        json::object{{"verbs", array_of(r.verbs)}, {"nonResourceURLs", array_of(r.urls)}});
  }
  json::object status{{"resourceRules", std::move(resource_rules)},
                      {"nonResourceRules", std::move(non_resource_rules)},
                      {"incomplete", rules.incomplete}};
  if (!rules.evaluation_error.empty()) status["evaluationError"] = rules.evaluation_error;
  review["status"] = std::move(status);
  return review;
}

json::object self_subject_review(json::object review, const UserInfo& user) {
  review["status"] = json::object{{"userInfo", user.to_json()}};
  return review;
}

}  // namespace apiserver::authorization
