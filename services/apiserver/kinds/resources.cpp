#include "apiserver/kinds/resources.hpp"
#include "api/names.hpp"
#include "api/quantity.hpp"

namespace apiserver::kinds {
namespace {

constexpr std::string_view native_domain = "kubernetes.io/";

bool overcommit_allowed(std::string_view name) {
  return is_native_resource(name) && !is_hugepages(name);
}

void check_container_resource_name(std::string_view name, const Path& path, Errors& errors) {
  if (auto wrong = api::names::qualified_name(name)) return errors.invalid(path, json::value(name), *wrong);
  if (name.find('/') == std::string_view::npos) {
    if (!contains({"cpu", "memory", "ephemeral-storage"}, name) && !is_hugepages(name)) {
      if (!is_standard_resource(name))
        errors.invalid(path, json::value(name), "must be a standard resource type or fully qualified");
      errors.invalid(path, json::value(name), "must be a standard resource for containers");
    }
  } else if (!is_native_resource(name) && !is_extended_resource(name)) {
    errors.invalid(path, json::value(name), "doesn't follow extended resource name standard");
  }
}

struct Seen {
  bool cpu_or_memory = false, hugepages = false;
};

void check_request(const Part& resources, std::string_view name, std::string_view text) {
  const auto limit_text = api::get_string(resources.value, {"limits", name});
  const auto request = api::Quantity::parse(text), limit = api::Quantity::parse(limit_text);
  if (limit_text.empty()) {
    if (!overcommit_allowed(name))
      resources.errors.required(resources.at("limits"), "Limit must be set for non overcommitable resources");
    return;
  }
  if (!request || !limit) return;
  const std::string of = std::string(name) + " limit of " + limit->text();
  if (!overcommit_allowed(name) && !(*request == *limit))
    resources.errors.invalid(resources.at("requests"), json::value(request->text()),
                             "must be equal to " + of);
  else if (*request > *limit)
    resources.errors.invalid(resources.at("requests"), json::value(request->text()),
                             "must be less than or equal to " + of);
}

void check_list(const Part& resources, std::string_view list, Seen& seen) {
  resources.each_entry(list, [&](std::string_view name, std::string_view quantity, const Path& path) {
    check_container_resource_name(name, path, resources.errors);
    check_resource_quantity(name, json::value(quantity), path, resources.errors);
    seen.cpu_or_memory = seen.cpu_or_memory || name == "cpu" || name == "memory";
    seen.hugepages = seen.hugepages || is_hugepages(name);
    if (list == "requests") check_request(resources, name, quantity);
  });
}

void check_claims(const Part& resources, const std::set<std::string>& claims) {
  std::set<std::pair<std::string, std::string>> seen;
  resources.each("claims", [&](const Part& claim) {
    const std::string name(claim.text("name")), request(claim.text("request"));
    if (!claim.require("name")) return;
    if (!seen.emplace(name, request).second)
      claim.errors.duplicate(claim.path, json::value(request.empty() ? name : name + "/" + request));
    if (!claims.contains(name)) claim.errors.not_found(claim.at("name"), json::value(name));
    claim.syntax("request", api::names::dns1123_label);
  });
}

}  // namespace

bool is_native_resource(std::string_view name) {
  return name.find('/') == std::string_view::npos || name.find(native_domain) != std::string_view::npos;
}

bool is_hugepages(std::string_view name) {
  return name.starts_with("hugepages-");
}

bool is_extended_resource(std::string_view name) {
  if (is_native_resource(name) || name.starts_with("requests.")) return false;
  return !api::names::qualified_name("requests." + std::string(name));
}

bool is_standard_quota_resource(std::string_view name) {
  return contains(
             {"cpu", "memory", "ephemeral-storage", "requests.cpu", "requests.memory", "requests.storage",
              "requests.ephemeral-storage", "limits.cpu", "limits.memory", "limits.ephemeral-storage", "pods",
              "services", "replicationcontrollers", "resourcequotas", "secrets", "configmaps",
              "persistentvolumeclaims", "services.nodeports", "services.loadbalancers"},
             name) ||
         is_hugepages(name) || name.starts_with("requests.hugepages-");
}

bool is_standard_resource(std::string_view name) {
  return is_standard_quota_resource(name) || name == "storage";
}

bool is_integer_resource(std::string_view name) {
  return contains({"pods", "services", "replicationcontrollers", "resourcequotas", "secrets", "configmaps",
                   "persistentvolumeclaims", "services.nodeports", "services.loadbalancers"},
                  name) ||
         is_extended_resource(name);
}

void check_resource_quantity(std::string_view name, const json::value& quantity, const Path& path,
                             Errors& errors) {
  if (!quantity.is_string()) return;
  const auto q = api::Quantity::parse(quantity.get_string());
  if (!q) return;
  if (q->sign() < 0) errors.invalid(path, json::value(q->text()), "must be greater than or equal to 0");
  if (is_integer_resource(name) && q->milli_value() % 1000 != 0)
    errors.invalid(path, json::value(q->text()), "must be an integer");
}

void check_resource_name(std::string_view name, const Path& path, Errors& errors) {
  if (auto wrong = api::names::qualified_name(name)) return errors.invalid(path, json::value(name), *wrong);
  if (name.find('/') == std::string_view::npos && !is_standard_resource(name))
    errors.invalid(path, json::value(name), "must be a standard resource type or fully qualified");
}

void check_container_resources(const Part& resources, const std::set<std::string>& claims) {
  Seen seen;
  check_list(resources, "limits", seen);
  check_list(resources, "requests", seen);
  if (seen.hugepages && !seen.cpu_or_memory)
    resources.errors.forbidden(resources.path, "HugePages require cpu or memory");
  check_claims(resources, claims);
}

void check_overhead_resources(const Part& overhead) {
  Seen seen;
  check_list(overhead, "limits", seen);
}

}  // namespace apiserver::kinds
