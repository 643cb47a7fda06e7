#include "api/names.hpp"
#include "apiserver/kinds/admission_rules.hpp"

namespace apiserver::kinds {
namespace {

/// "*" stands alone.
void check_wildcard(const Part& rule, std::string_view member, std::string_view what) {
  bool any = false;
  rule.each_text(member, [&](std::string_view v, const Path&) { any = any || v == "*"; });
  if (any && rule.count(member) > 1)
    rule.invalid(member, "if '*' is present, must not specify other " + std::string(what));
}

struct Wildcards {
  bool all = false, any_resource = false, plain = false;
  std::set<std::string> of_resource;     ///< "pods/*"
  std::set<std::string> of_subresource;  ///< "*/scale"
};

Wildcards check_resource(const Part& rule, std::string_view text, const Path& path, Wildcards seen) {
  if (text.empty()) {
    rule.errors.required(path);
    return seen;
  }
  if (text == "*/*") seen.all = true;
  if (text == "*") seen.any_resource = true;
  const auto slash = text.find('/');
  if (slash == std::string_view::npos) {
    seen.plain = seen.plain || text != "*";
    return seen;
  }
  const std::string resource(text.substr(0, slash)), sub(text.substr(slash + 1));
  const auto clash = [&](const std::string& wide) {
    rule.errors.invalid(path, json::value(text),
                        "if '" + wide + "' is present, must not specify " + std::string(text));
  };
  if (sub == "*")
    seen.of_resource.insert(resource);
  else if (seen.of_resource.contains(resource))
    clash(resource + "/*");
  if (resource == "*")
    seen.of_subresource.insert(sub);
  else if (seen.of_subresource.contains(sub))
    clash("*/" + sub);
  return seen;
}

void check_resources(const Part& rule) {
  if (!rule.require("resources")) return;
  Wildcards seen;
  rule.each_text("resources", [&](std::string_view text, const Path& path) {
    seen = check_resource(rule, text, path, std::move(seen));
  });
  if (rule.count("resources") > 1 && seen.all)
    rule.invalid("resources", "if '*/*' is present, must not specify other resources");
  if (seen.any_resource && seen.plain)
    rule.invalid("resources", "if '*' is present, must not specify other resources without subresources");
}

void check_named_rules(const Part& match, std::string_view member) {
  match.each(member, [](const Part& rule) {
    check_rule(rule);
    std::set<std::string> names;
    rule.each_text("resourceNames", [&](std::string_view name, const Path& path) {
      check_unique(names, name, path, rule.errors);
    });
  });
}

}  // namespace

void check_rule(const Part& rule) {
  rule.require("operations");
  check_wildcard(rule, "operations", "operations");
  rule.each_text("operations", [&](std::string_view op, const Path& path) {
    if (!contains({"*", "CONNECT", "CREATE", "DELETE", "UPDATE"}, op))
      rule.errors.not_supported(path, json::value(op), {"*", "CONNECT", "CREATE", "DELETE", "UPDATE"});
  });
  rule.require("apiGroups");
  check_wildcard(rule, "apiGroups", "API groups");
  rule.require("apiVersions");
  check_wildcard(rule, "apiVersions", "API versions");
  rule.each_text("apiVersions", [&](std::string_view v, const Path& path) {
    if (v.empty()) rule.errors.required(path);
  });
  check_resources(rule);
  rule.one_of_if_set("scope", {"*", "Cluster", "Namespaced"});
}

void check_match_resources(const Part& match) {
  for (auto selector : {"namespaceSelector", "objectSelector"}) {
    if (!match.object(selector)) match.errors.required(match.at(selector));
    check_selector(match, selector);
  }
  if (!match.has("matchPolicy"))
    match.errors.required(match.at("matchPolicy"));
  else
    match.one_of_if_set("matchPolicy", {"Equivalent", "Exact"});
  check_named_rules(match, "resourceRules");
  check_named_rules(match, "excludeResourceRules");
}

void check_match_conditions(const Part& parent) {
  constexpr std::size_t conditions_max = 64;
  const auto n = parent.count("matchConditions");
  if (n > conditions_max) parent.errors.too_many(parent.at("matchConditions"), n, conditions_max);
  std::set<std::string> names;
  parent.each("matchConditions", [&](const Part& c) {
    const auto expression = c.text("expression");
    if (expression.find_first_not_of(" \t\n\r") == std::string_view::npos)
      c.errors.required(c.at("expression"));
    if (c.require("name")) c.syntax("name", api::names::qualified_name);
    check_unique(names, c.text("name"), c.at("name"), c.errors);
  });
}

}  // namespace apiserver::kinds
