#include "api/names.hpp"
#include "apiserver/kinds/pod_rules.hpp"
#include "apiserver/kinds/syntax.hpp"

namespace apiserver::kinds::pod {
namespace {

bool selector_has_key(const Part& selector, std::string_view key) {
  if (const auto* labels = selector.object("matchLabels"); labels && labels->contains(key)) return true;
  bool found = false;
  selector.each("matchExpressions", [&](const Part& e) { found = found || e.text("key") == key; });
  return found;
}

void check_match_keys(const Part& c) {
  if (c.count("matchLabelKeys") == 0) return;
  if (!c.object("labelSelector"))
    c.errors.forbidden(c.at("matchLabelKeys"), "must not be specified when labelSelector is not set");
  c.each_text("matchLabelKeys", [&](std::string_view key, const Path& path) {
    check_label_key(key, path, c.errors);
    if (selector_has_key(c.part("labelSelector"), key))
      c.errors.invalid(path, json::value(key), "exists in both matchLabelKeys and labelSelector");
  });
}

void check_min_domains(const Part& c) {
  if (!c.has("minDomains")) return;
  c.positive("minDomains");
  const auto action = c.text("whenUnsatisfiable");
  if (action != "DoNotSchedule")
    c.invalid("minDomains",
              "can only use minDomains if whenUnsatisfiable=DoNotSchedule, not " + std::string(action));
}

void check_repeated(const Part& c, const json::array& all, std::size_t i) {
  for (std::size_t j = i + 1; j < all.size(); ++j) {
    if (!all[j].is_object()) continue;
    const auto& other = all[j].get_object();
    if (!same(c.value, other, {"topologyKey"}) || !same(c.value, other, {"whenUnsatisfiable"})) continue;
    const std::string pair =
        "{" + std::string(c.text("topologyKey")) + ", " + std::string(c.text("whenUnsatisfiable")) + "}";
    return c.errors.duplicate(c.at("{topologyKey, whenUnsatisfiable}"), json::value(pair));
  }
}

}  // namespace

void validate_topology_spread(const Part& spec) {
  std::size_t i = 0;
  spec.each("topologySpreadConstraints", [&](const Part& c) {
    if (c.number("maxSkew").value_or(0) <= 0)
      c.errors.invalid(c.at("maxSkew"), c.number("maxSkew").value_or(0), "must be greater than zero");
    c.require("topologyKey", "can not be empty");
    const auto action = c.text("whenUnsatisfiable");
    if (action != "DoNotSchedule" && action != "ScheduleAnyway")
      c.errors.not_supported(c.at("whenUnsatisfiable"), json::value(action),
                             {"DoNotSchedule", "ScheduleAnyway"});
    check_repeated(c, *spec.list("topologySpreadConstraints"), i++);
    check_min_domains(c);
    for (auto member : {"nodeAffinityPolicy", "nodeTaintsPolicy"})
      c.one_of_if_set(member, {"Honor", "Ignore"});
    check_match_keys(c);
    check_selector(c, "labelSelector");
  });
}

void validate_dns(const Part& spec) {
  constexpr std::size_t servers_max = 3, searches_max = 32, search_chars_max = 2048;
  const Path path = spec.at("dnsConfig");
  const Part config = spec.part("dnsConfig");
  if (spec.text("dnsPolicy") == "None") {
    if (!spec.object("dnsConfig"))
      return spec.errors.required(path, "must provide `dnsConfig` when `dnsPolicy` is None");
    if (!config.require("nameservers", "must provide at least one DNS nameserver when `dnsPolicy` is None"))
      return;
  }
  if (config.count("nameservers") > servers_max)
    config.invalid("nameservers", "must not have more than 3 nameservers");
  config.each_text("nameservers",
                   [&](std::string_view ip, const Path& p) { check_ip(ip, p, config.errors); });
  if (config.count("searches") > searches_max)
    config.invalid("searches", "must not have more than 32 search paths");
  std::size_t chars = 0;
  config.each_text("searches",
                   [&](std::string_view s, const Path&) { chars += s.size() + (chars > 0 ? 1 : 0); });
  if (chars > search_chars_max)
    config.invalid("searches",
                   "must not have more than 2048 characters (including spaces) in the search list");
  config.each_text("searches", [&](std::string_view s, const Path& p) {
    check_name(s, p, syntax::search_domain, config.errors);
  });
  config.each("options", [](const Part& option) {
    if (option.text("name").empty()) option.errors.required(option.path, "must not be empty");
  });
}

void validate_tolerations(const Part& spec) {
  spec.each("tolerations", [](const Part& t) {
    const auto key = t.text("key"), op = t.text("operator"), effect = t.text("effect"),
               value = t.text("value");
    if (!key.empty()) check_label_key(key, t.at("key"), t.errors);
    if (key.empty() && op != "Exists")
      t.errors.invalid(
          t.at("operator"), json::value(op),
          "operator must be Exists when `key` is empty, which means \"match all values and all keys\"");
    if (t.has("tolerationSeconds") && effect != "NoExecute")
      t.errors.invalid(t.at("effect"), json::value(effect),
                       "effect must be 'NoExecute' when `tolerationSeconds` is set");
    if (op.empty() || op == "Equal")
      check_name(value, t.at("operator"), api::names::label_value, t.errors);
    else if (op != "Exists")
      add_not_supported(t.at("operator"), json::value(op), {"Equal", "Exists"}, t.errors);
    else if (!value.empty())
      t.errors.invalid(t.at("operator"), json::value(value),
                       "value must be empty when `operator` is 'Exists'");
    if (!effect.empty()) t.one_of_in_order("effect", {"NoSchedule", "PreferNoSchedule", "NoExecute"});
  });
}

}  // namespace apiserver::kinds::pod
