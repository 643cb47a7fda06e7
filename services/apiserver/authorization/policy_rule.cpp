#include "apiserver/authorization/policy_rule.hpp"
#include <algorithm>
#include "api/object.hpp"

namespace apiserver::authorization {
namespace {

namespace json = boost::json;
constexpr std::uint64_t every_bit = ~std::uint64_t{0};
constexpr std::string_view any = "*";

bool has(const std::vector<std::string>& list, std::string_view item) {
  return std::find(list.begin(), list.end(), item) != list.end();
}
bool has_or_any(const std::vector<std::string>& list, std::string_view item) {
  return has(list, any) || has(list, item);
}

std::vector<std::string> strings(const json::object& o, std::string_view name) {
  std::vector<std::string> out;
  const auto* list = api::get_array(o, {name});
  if (!list) return out;
  for (const auto& item : *list) {
    if (item.is_string()) out.emplace_back(item.get_string());
  }
  return out;
}

/// "pods/log" for the pair; the plain resource without a subresource.
std::string combined_resource(std::string_view resource, std::string_view subresource) {
  std::string out(resource);
  if (!subresource.empty()) out.append("/").append(subresource);
  return out;
}

bool resource_matches(const PolicyRule& rule, std::string_view combined, std::string_view subresource) {
  for (const std::string_view r : rule.resources) {
    if (r == any || r == combined) return true;
    // "*/scale" is that subresource of every resource.
    if (!subresource.empty() && r.starts_with("*/") && r.substr(2) == subresource) return true;
  }
  return false;
}

bool url_matches(const PolicyRule& rule, std::string_view path) {
  for (const std::string_view u : rule.non_resource_urls) {
    if (u == any || u == path) return true;
    if (u.ends_with('*') && path.starts_with(u.substr(0, u.size() - 1))) return true;
  }
  return false;
}

/// Which of 64 bits stands for a string: rules and questions share no bit, they share no string.
std::uint64_t bit(std::string_view s) {
  std::uint64_t h = 14695981039346656037ULL;
  for (const unsigned char c : s)
    h = (h ^ c) * 1099511628211ULL;
  return std::uint64_t{1} << (h >> 58);
}

std::uint64_t mask(const std::vector<std::string>& items) {
  std::uint64_t m = 0;
  for (const std::string_view s : items)
    m |= s == any || s.starts_with("*/") ? every_bit : bit(s);
  return m;
}

void add_part(std::string& out, std::string_view name, const std::vector<std::string>& items) {
  if (items.empty()) return;
  if (out.size() > 1) out += ", ";
  out.append(name).append(":[");
  for (std::size_t i = 0; i < items.size(); ++i)
    out += (i ? " \"" : "\"") + items[i] + "\"";
  out += "]";
}

json::array array_of(const std::vector<std::string>& items) {
  return json::array(items.begin(), items.end());
}

bool resources_covered(const PolicyRule& held, const std::string& wanted) {
  if (has_or_any(held.resources, wanted)) return true;
  const auto slash = wanted.find('/');
  return slash != std::string::npos && has(held.resources, "*" + wanted.substr(slash));
}

bool url_covered(const PolicyRule& held, std::string_view wanted) {
  for (const std::string_view u : held.non_resource_urls) {
    if (u == any || u == wanted) return true;
    if (u.ends_with('*') && wanted.starts_with(u.substr(0, u.size() - 1))) return true;
  }
  return false;
}

/// `wanted` holds one item of each kind.
bool covers(const PolicyRule& held, const PolicyRule& wanted) {
  if (!has_or_any(held.verbs, wanted.verbs.front())) return false;
  if (!wanted.non_resource_urls.empty()) return url_covered(held, wanted.non_resource_urls.front());
  if (!has_or_any(held.api_groups, wanted.api_groups.front())) return false;
  if (!resources_covered(held, wanted.resources.front())) return false;
  if (held.resource_names.empty()) return true;
  return !wanted.resource_names.empty() && has(held.resource_names, wanted.resource_names.front());
}

/// The rule as one of each verb, group, resource and name; all that it allows and nothing more.
std::vector<PolicyRule> broken_down(const PolicyRule& rule) {
  std::vector<PolicyRule> out;
  const auto names = rule.resource_names.empty() ? std::vector<std::vector<std::string>>{{}} : [&] {
    std::vector<std::vector<std::string>> each;
    for (const auto& n : rule.resource_names)
      each.push_back({n});
    return each;
  }();
  for (const auto& group : rule.api_groups) {
    for (const auto& resource : rule.resources) {
      for (const auto& name : names) {
        for (const auto& verb : rule.verbs)
          out.push_back({{verb}, {group}, {resource}, name, {}});
      }
    }
  }
  for (const auto& url : rule.non_resource_urls) {
    for (const auto& verb : rule.verbs)
      out.push_back({{verb}, {}, {}, {}, {url}});
  }
  return out;
}

/// Joins the verb to a rule that says the same otherwise.
void add_compact(std::vector<PolicyRule>& out, const PolicyRule& single) {
  for (auto& r : out) {
    if (r.api_groups == single.api_groups && r.resources == single.resources &&
        r.resource_names == single.resource_names && r.non_resource_urls == single.non_resource_urls) {
      r.verbs.push_back(single.verbs.front());
      return;
    }
  }
  out.push_back(single);
}

}  // namespace

PolicyRule PolicyRule::from_json(const json::object& rule) {
  return {strings(rule, "verbs"), strings(rule, "apiGroups"), strings(rule, "resources"),
          strings(rule, "resourceNames"), strings(rule, "nonResourceURLs")};
}

json::object PolicyRule::to_json() const {
  json::object o;
  const auto add = [&](const char* name, const std::vector<std::string>& items) {
    if (!items.empty()) o[name] = array_of(items);
  };
  add("apiGroups", api_groups);
  add("nonResourceURLs", non_resource_urls);
  add("resourceNames", resource_names);
  add("resources", resources);
  o["verbs"] = array_of(verbs);
  return o;
}

std::string PolicyRule::text() const {
  std::string out = "{";
  add_part(out, "APIGroups", api_groups);
  add_part(out, "Resources", resources);
  add_part(out, "NonResourceURLs", non_resource_urls);
  add_part(out, "ResourceNames", resource_names);
  add_part(out, "Verbs", verbs);
  return out + "}";
}

std::vector<PolicyRule> rules_of(const json::object& role) {
  std::vector<PolicyRule> out;
  const auto* list = api::get_array(role, {"rules"});
  if (!list) return out;
  for (const auto& item : *list) {
    if (item.is_object()) out.push_back(PolicyRule::from_json(item.get_object()));
  }
  return out;
}

json::array to_json(std::span<const PolicyRule> rules) {
  json::array out;
  for (const auto& r : rules)
    out.push_back(r.to_json());
  return out;
}

bool rule_allows(const PolicyRule& rule, const Attributes& a) {
  if (!has_or_any(rule.verbs, a.verb)) return false;
  if (!a.resource_request) return url_matches(rule, a.path);
  return has_or_any(rule.api_groups, a.api_group) &&
         resource_matches(rule, combined_resource(a.resource, a.subresource), a.subresource) &&
         (rule.resource_names.empty() || has(rule.resource_names, a.name));
}

CompiledRule::CompiledRule(PolicyRule rule) : rule_(std::move(rule)) {
  verbs_ = mask(rule_.verbs);
  groups_ = mask(rule_.api_groups);
  resources_ = mask(rule_.resources);
}

CompiledRule::Probe::Probe(const Attributes& a)
    : attributes(&a),
      combined(combined_resource(a.resource, a.subresource)),
      verb_bit(bit(a.verb)),
      group_bit(bit(a.api_group)),
      resource_bits(bit(combined)) {}

bool CompiledRule::allows(const Probe& p) const {
  if (!(verbs_ & p.verb_bit)) return false;
  const auto& a = *p.attributes;
  if (a.resource_request && (!(groups_ & p.group_bit) || !(resources_ & p.resource_bits))) return false;
  if (!has_or_any(rule_.verbs, a.verb)) return false;
  if (!a.resource_request) return url_matches(rule_, a.path);
  return has_or_any(rule_.api_groups, a.api_group) && resource_matches(rule_, p.combined, a.subresource) &&
         (rule_.resource_names.empty() || has(rule_.resource_names, a.name));
}

std::vector<PolicyRule> uncovered_rules(std::span<const PolicyRule> held,
                                        std::span<const PolicyRule> wanted) {
  std::vector<PolicyRule> out;
  for (const auto& rule : wanted) {
    for (const auto& single : broken_down(rule)) {
      const bool covered =
          std::any_of(held.begin(), held.end(), [&](const PolicyRule& h) { return covers(h, single); });
      if (!covered) add_compact(out, single);
    }
  }
  return out;
}

}  // namespace apiserver::authorization
