#include "apiserver/kinds/flowcontrol_rules.hpp"
#include <cmath>
#include "api/names.hpp"

namespace apiserver::kinds {
namespace {

/// "*" stands alone.
void check_alone(const Part& rule, std::string_view list, std::string_view what) {
  bool any = false;
  rule.each_text(list, [&](std::string_view v, const Path&) { any = any || v == "*"; });
  if (any && rule.count(list) > 1)
    rule.invalid(list, "if '*' is present, must not specify other " + std::string(what));
}

void check_verbs(const Part& rule, std::initializer_list<std::string_view> known) {
  rule.require("verbs", "verbs must contain at least one value");
  check_alone(rule, "verbs", "verbs");
  bool all_known = true;
  rule.each_text("verbs", [&](std::string_view v, const Path&) {
    all_known = all_known && (v == "*" || contains(known, v));
  });
  if (!all_known) rule.errors.not_supported(rule.at("verbs"), rule.copy("verbs"), known);
}

void check_url(std::string_view url, const Path& path, Errors& errors) {
  const auto wrong = [&](std::string why) { errors.invalid(path, json::value(url), std::move(why)); };
  if (url == "*" || url == "/") return;
  if (url.empty()) return wrong("must not be empty");
  if (!url.starts_with("/")) return wrong("must start with slash");
  if (url.find(' ') != std::string_view::npos) return wrong("must not contain white-space");
  if (url.find("//") != std::string_view::npos) return wrong("must not contain double slash");
  const auto star = url.find('*');
  if (star != std::string_view::npos && star + 1 != url.size()) wrong("wildcard can only do suffix matching");
}

void check_subject(const Part& subject) {
  const auto kind = subject.text("kind");
  if (!contains({"Group", "ServiceAccount", "User"}, kind))
    return subject.errors.not_supported(subject.at("kind"), json::value(kind),
                                        {"Group", "ServiceAccount", "User"});
  const std::string_view own = kind == "User" ? "user" : kind == "Group" ? "group" : "serviceAccount";
  const Path path = subject.at(own);
  if (!subject.object(own))
    return subject.errors.required(
        path, std::string(own) + " is required when subject kind is '" + std::string(kind) + "'");
  const Part inner = subject.part(own);
  inner.require("name");
  if (kind == "ServiceAccount") {
    if (inner.text("name") != "*") inner.syntax("name", api::names::dns1123_subdomain);
    if (inner.require("namespace", "must specify namespace for service account"))
      inner.syntax("namespace", api::names::dns1123_label);
  }
  const std::pair<std::string_view, std::string_view> members[] = {
      {"user", "User"}, {"group", "Group"}, {"serviceAccount", "ServiceAccount"}};
  for (const auto& [member, of] : members)
    if (member != own)
      subject.forbid(
          member, std::string(member) + " is forbidden when subject kind is not '" + std::string(of) + "'");
}

void check_resource_rule(const Part& rule) {
  check_verbs(rule,
              {"create", "delete", "deletecollection", "get", "list", "patch", "proxy", "update", "watch"});
  rule.require("apiGroups", "resource rules must supply at least one api group");
  check_alone(rule, "apiGroups", "api groups");
  rule.require("resources", "resource rules must supply at least one resource");
  check_alone(rule, "resources", "resources");
  if (rule.count("namespaces") == 0 && !rule.flag("clusterScope"))
    rule.errors.required(rule.at("namespaces"),
                         "resource rules that are not cluster scoped must supply at least one namespace");
  check_alone(rule, "namespaces", "namespaces");
}

void check_rules(const Part& rules) {
  rules.require("subjects", "subjects must contain at least one value");
  rules.each("subjects", check_subject);
  if (rules.count("resourceRules") + rules.count("nonResourceRules") == 0)
    rules.errors.required(rules.path,
                          "at least one of resourceRules and nonResourceRules has to be non-empty");
  rules.each("resourceRules", check_resource_rule);
  rules.each("nonResourceRules", [](const Part& rule) {
    check_verbs(rule, {"delete", "get", "head", "options", "patch", "post", "put"});
    rule.require("nonResourceURLs", "nonResourceURLs must contain at least one value");
    check_alone(rule, "nonResourceURLs", "non-resource URLs");
    rule.each_text("nonResourceURLs",
                   [&](std::string_view url, const Path& path) { check_url(url, path, rule.errors); });
  });
}

/// log2 of the number of hands: a hand's shuffle takes that many of the hash's 60 bits.
double entropy_bits(std::int64_t queues, std::int64_t hand) {
  double bits = 0;
  for (std::int64_t i = 0; i < hand; ++i)
    bits += std::log2(static_cast<double>(queues - i));
  return bits;
}

void check_queuing(const Part& queuing) {
  constexpr std::int64_t queues_max = 10'000'000;
  constexpr double bits_max = 60;
  const auto queues = queuing.number("queues").value_or(0), hand = queuing.number("handSize").value_or(0);
  if (queuing.number("queueLengthLimit").value_or(0) <= 0)
    queuing.invalid("queueLengthLimit", "must be positive");
  if (queues <= 0)
    queuing.invalid("queues", "must be positive");
  else if (queues > queues_max)
    queuing.invalid("queues", "must not be greater than 10000000");
  if (hand <= 0)
    queuing.invalid("handSize", "must be positive");
  else if (hand > queues)
    queuing.invalid("handSize", "should not be greater than queues (" + std::to_string(queues) + ")");
  else if (const double bits = entropy_bits(queues, hand); std::ceil(bits) > bits_max)
    queuing.invalid("handSize", "required entropy bits of deckSize " + std::to_string(queues) +
                                    " and handSize " + std::to_string(hand) +
                                    " should not be greater than 60");
}

void check_shares(const Part& part, std::string_view member) {
  part.not_negative(member);
  part.range("lendablePercent", 0, 100);
  if (part.has("borrowingLimitPercent")) part.not_negative("borrowingLimitPercent");
}

}  // namespace

void validate_flow_schema(const Object& o, Errors& errors) {
  constexpr std::int64_t precedence_max = 10000;
  const Part spec = spec_of(o, errors);
  const auto precedence = spec.number("matchingPrecedence").value_or(0);
  if (precedence <= 0) errors.invalid(spec.at("matchingPrecedence"), precedence, "must be a positive value");
  if (precedence > precedence_max) spec.invalid("matchingPrecedence", "must not be greater than 10000");
  if (precedence == 1 && api::name_of(o) != "exempt")
    spec.invalid("matchingPrecedence", "only the schema named 'exempt' may have matchingPrecedence 1");
  spec.part("distinguisherMethod").one_of_if_set("type", {"ByNamespace", "ByUser"});
  const Part level = spec.part("priorityLevelConfiguration");
  if (level.require("name", "must reference a priority level"))
    level.syntax("name", api::names::dns1123_subdomain);
  spec.each("rules", check_rules);
}

void validate_priority_level(const Object& o, Errors& errors) {
  const Part spec = spec_of(o, errors);
  const auto type = spec.text("type");
  if ((api::name_of(o) == "exempt") != (type == "Exempt"))
    errors.invalid(spec.at("type"), json::value(type),
                   "type must be 'Exempt' if and only if name is 'exempt'");
  if (type == "Exempt") {
    spec.forbid("limited", "must be nil if the type is not Limited");
    return spec.with("exempt", [](const Part& e) { check_shares(e, "nominalConcurrencyShares"); });
  }
  if (type != "Limited")
    return errors.not_supported(spec.at("type"), json::value(type), {"Exempt", "Limited"});
  spec.forbid("exempt", "must be nil if the type is Limited");
  if (!spec.object("limited"))
    return errors.required(spec.at("limited"), "must not be empty when type is Limited");
  const Part limited = spec.part("limited"), response = limited.part("limitResponse");
  check_shares(limited, "nominalConcurrencyShares");
  const auto how = response.text("type");
  if (how == "Reject")
    return response.forbid("queuing", "must be nil if limited.limitResponse.type is not Limited");
  if (how != "Queue") return errors.not_supported(response.at("type"), json::value(how), {"Queue", "Reject"});
  if (!response.object("queuing"))
    return errors.required(response.at("queuing"),
                           "must not be empty if limited.limitResponse.type is Limited");
  check_queuing(response.part("queuing"));
}

}  // namespace apiserver::kinds
