#include "apiserver/authorization/authorizer.hpp"

namespace apiserver::authorization {
namespace {

/// AlwaysAllow and AlwaysDeny: one verdict whatever the question.
class Constant final : public Authorizer {
 public:
  Constant(Verdict verdict, std::string reason) : verdict_(verdict), reason_(std::move(reason)) {}
  Decision authorize(const Attributes&) const override { return {verdict_, reason_}; }
  void rules_for(const UserInfo&, std::string_view, RuleList& out) const override {
    if (verdict_ != Verdict::allow) return;
    out.resource_rules.push_back({{"*"}, {"*"}, {"*"}, {}});
    out.non_resource_rules.push_back({{"*"}, {"*"}});
  }

 private:
  Verdict verdict_;
  std::string reason_;
};

std::string quoted(std::string_view s) {
  return std::string("\"").append(s).append("\"");
}

std::string resource_text(const Attributes& a) {
  std::string text(a.resource);
  if (!a.subresource.empty()) text.append("/").append(a.subresource);
  return text;
}

}  // namespace

Decision UnionAuthorizer::authorize(const Attributes& a) const {
  if (a.user->in_group(authentication::privileged_group)) return {Verdict::allow, ""};
  Decision out;
  for (const auto& part : parts_) {
    auto d = part->authorize(a);
    if (d.verdict != Verdict::no_opinion) return d;
    if (!d.reason.empty()) out.reason += (out.reason.empty() ? "" : ", ") + d.reason;
  }
  return out;
}

void UnionAuthorizer::rules_for(const UserInfo& user, std::string_view ns, RuleList& out) const {
  if (user.in_group(authentication::privileged_group)) always_allow()->rules_for(user, ns, out);
  for (const auto& part : parts_)
    part->rules_for(user, ns, out);
}

std::shared_ptr<const Authorizer> always_allow() {
  return std::make_shared<Constant>(Verdict::allow, "");
}
std::shared_ptr<const Authorizer> always_deny() {
  return std::make_shared<Constant>(Verdict::no_opinion, "Everything is forbidden.");
}

api::StatusError forbidden(const Attributes& a, std::string_view reason) {
  const std::string who = "User " + quoted(a.user->name) + " cannot " + std::string(a.verb) + " ";
  std::string why;
  if (a.resource_request) {
    why = who + "resource " + quoted(resource_text(a)) + " in API group " + quoted(a.api_group);
    why += a.namespace_.empty() ? std::string(" at the cluster scope")
                                : " in the namespace " + quoted(a.namespace_);
  } else {
    why = who + "path " + quoted(a.path);
  }
  if (!reason.empty()) why.append(": ").append(reason);
  const api::GroupResource resource{std::string(a.api_group), std::string(a.resource)};
  return api::StatusError::forbidden(resource, a.name, why);
}

}  // namespace apiserver::authorization
