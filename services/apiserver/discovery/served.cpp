#include "apiserver/discovery/served.hpp"
#include <algorithm>
#include <charconv>
#include <tuple>

namespace apiserver::discovery {
namespace {

enum class Stability { stable, beta, alpha, other };

struct ParsedVersion {
  Stability stability = Stability::other;
  int major = 0, minor = 0;
};

/// Reads a number at the start of `text` and removes it; 0 if there is none.
int take_number(std::string_view& text) {
  int number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc()) return 0;
  text.remove_prefix(end - text.data());
  return number;
}

ParsedVersion parse_version(std::string_view text) {
  ParsedVersion v;
  if (!text.starts_with('v')) return v;
  text.remove_prefix(1);
  v.major = take_number(text);
  if (v.major == 0) return {};
  if (text.empty()) return {Stability::stable, v.major, 0};
  const bool beta = text.starts_with("beta");
  if (!beta && !text.starts_with("alpha")) return {};
  text.remove_prefix(beta ? 4 : 5);
  v.minor = take_number(text);
  if (v.minor == 0 || !text.empty()) return {};
  v.stability = beta ? Stability::beta : Stability::alpha;
  return v;
}

std::string_view class_of(std::string_view version) {
  switch (parse_version(version).stability) {
    case Stability::alpha:
      return "api/alpha";
    case Stability::beta:
      return "api/beta";
    default:
      return "api/ga";
  }
}

/// In upstream's order of priority; the aggregator's own group leads.
constexpr std::string_view known_groups[] = {
    "apiregistration.k8s.io",
    "",
    "apps",
    "events.k8s.io",
    "authentication.k8s.io",
    "authorization.k8s.io",
    "autoscaling",
    "batch",
    "certificates.k8s.io",
    "networking.k8s.io",
    "policy",
    "rbac.authorization.k8s.io",
    "storage.k8s.io",
    "admissionregistration.k8s.io",
    "apiextensions.k8s.io",
    "scheduling.k8s.io",
    "coordination.k8s.io",
    "node.k8s.io",
    "discovery.k8s.io",
    "resource.k8s.io",
    "flowcontrol.apiserver.k8s.io",
    "internal.apiserver.k8s.io",
    "storagemigration.k8s.io",
};

std::size_t rank(std::string_view group) {
  return std::find(std::begin(known_groups), std::end(known_groups), group) - std::begin(known_groups);
}

base::Error wrong_entry(std::string_view entry, std::string_view why) {
  return {base::Errc::invalid_argument,
          "--runtime-config: \"" + std::string(entry) + "\" " + std::string(why)};
}

bool has_version(std::string_view group, std::string_view version) {
  const auto all = api::builtin_resources();
  return std::any_of(all.begin(), all.end(),
                     [&](const auto& r) { return r.group == group && r.version == version; });
}

/// True if the name is one of the classes, or a group version that exists.
bool known_name(std::string_view name) {
  for (const auto special : {"api/all", "api/ga", "api/beta", "api/alpha"})
    if (name == special) return true;
  const auto slash = name.find('/');
  if (slash == std::string_view::npos) return false;
  const auto group = name.substr(0, slash);
  return has_version(group == "api" ? "" : group, name.substr(slash + 1));
}

}  // namespace

base::Result<RuntimeConfig> RuntimeConfig::parse(std::span<const std::string> entries) {
  RuntimeConfig config;
  for (const std::string& entry : entries) {
    const auto equals = entry.find('=');
    const auto name = entry.substr(0, equals);
    const auto value = equals == std::string::npos ? "true" : entry.substr(equals + 1);
    if (value != "true" && value != "false") return wrong_entry(entry, "must end in =true or =false");
    if (!known_name(name)) return wrong_entry(entry, "names no API version this server knows");
    config.overrides_[name] = value == "true";
  }
  return config;
}

bool RuntimeConfig::serves(std::string_view group, std::string_view version) const {
  const auto name = std::string(group.empty() ? "api" : group) + "/" + std::string(version);
  const auto kind = class_of(version);
  for (const std::string_view key : {std::string_view(name), kind, std::string_view("api/all")})
    if (const auto hit = overrides_.find(key); hit != overrides_.end()) return hit->second;
  return kind == "api/ga";
}

ResourceList RuntimeConfig::builtin() const {
  ResourceList list;
  for (const auto& resource : api::builtin_resources())
    if (serves(resource.group, resource.version)) list.push_back(&resource);
  return list;
}

bool version_before(std::string_view a, std::string_view b) {
  const auto left = parse_version(a), right = parse_version(b);
  if (left.stability != right.stability) return left.stability < right.stability;
  if (left.stability == Stability::other) return a < b;
  return std::tie(left.major, left.minor) > std::tie(right.major, right.minor);
}

bool group_before(std::string_view a, std::string_view b) {
  const auto left = rank(a), right = rank(b);
  return left != right ? left < right : a < b;
}

}  // namespace apiserver::discovery
