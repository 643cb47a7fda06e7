#include "apiserver/bootstrap/plan.hpp"
#include <openssl/sha.h>
#include <algorithm>
#include <boost/json/serialize.hpp>
#include <map>
#include <set>
#include "api/object.hpp"
#include "apiserver/admission/system_priority_classes.hpp"
#include "apiserver/authorization/bootstrap_policy.hpp"
#include "base/encoding.hpp"

namespace apiserver::bootstrap {
namespace {

namespace json = boost::json;
using json::object;

void create_if_absent(const ObjectLookup& lookup, Writes& writes, std::string group, std::string resource,
                      object wanted) {
  if (lookup.get(group, resource, api::namespace_of(wanted), api::name_of(wanted))) return;
  writes.push_back({Write::Action::create, std::move(group), "v1", std::move(resource), std::move(wanted)});
}

object namespace_object(std::string_view name) {
  return {{"apiVersion", "v1"},
          {"kind", "Namespace"},
          {"metadata", object{{"name", name}, {"labels", object{{"kubernetes.io/metadata.name", name}}}}}};
}

object service_cidr(const Config& config) {
  const json::array cidrs(config.service_cidrs.begin(), config.service_cidrs.end());
  return {{"apiVersion", "networking.k8s.io/v1"},
          {"kind", "ServiceCIDR"},
          {"metadata", object{{"name", "kubernetes"}}},
          {"spec", object{{"cidrs", cidrs}}}};
}

object kubernetes_service(const Config& config) {
  const object port{{"name", "https"}, {"protocol", "TCP"}, {"port", 443}, {"targetPort", config.self.port}};
  return {{"apiVersion", "v1"},
          {"kind", "Service"},
          {"metadata", object{{"name", "kubernetes"},
                              {"namespace", "default"},
                              {"labels", object{{"component", "apiserver"}, {"provider", "kubernetes"}}}}},
          {"spec",
           object{{"type", "ClusterIP"}, {"clusterIP", config.service_ip}, {"ports", json::array{port}}}}};
}

/// Source: "extension-apiserver-authentication", upstream's cluster authentication trust.
object extension_trust(const std::string& client_ca, const RequestHeader& header) {
  object data;
  if (!client_ca.empty()) data["client-ca-file"] = client_ca;
  if (!header.client_ca.empty()) {
    const json::array names(header.allowed_names.begin(), header.allowed_names.end());
    data["requestheader-client-ca-file"] = header.client_ca;
    data["requestheader-allowed-names"] = json::serialize(names);
    data["requestheader-username-headers"] = R"(["X-Remote-User"])";
    data["requestheader-uid-headers"] = R"(["X-Remote-Uid"])";
    data["requestheader-group-headers"] = R"(["X-Remote-Group"])";
    data["requestheader-extra-headers-prefix"] = R"(["X-Remote-Extra-"])";
  }
  return data;
}

/// Extension servers trust the authorities named here, so it follows the flags.
void plan_extension_trust(const ObjectLookup& lookup, const Config& config, Writes& writes) {
  auto data = extension_trust(config.client_ca, config.request_header);
  if (data.empty()) return;
  const auto found = lookup.get("", "configmaps", "kube-system", "extension-apiserver-authentication");
  if (!found) {
    object metadata{{"name", "extension-apiserver-authentication"}, {"namespace", "kube-system"}};
    return create_if_absent(lookup, writes, "", "configmaps",
                            {{"apiVersion", "v1"},
                             {"kind", "ConfigMap"},
                             {"metadata", std::move(metadata)},
                             {"data", std::move(data)}});
  }
  auto changed = *found;
  bool differs = false;
  for (auto& [key, value] : data) {
    auto& there = api::ensure(changed, {"data", key});
    if (there == value) continue;
    there = std::move(value);
    differs = true;
  }
  if (differs) writes.push_back({Write::Action::update, "", "v1", "configmaps", std::move(changed)});
}

}  // namespace

std::string server_name(const std::string& host, int port) {
  const auto text = host + ":" + std::to_string(port);
  unsigned char digest[SHA256_DIGEST_LENGTH];
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest);
  return "apiserver-" + base::hex_encode({reinterpret_cast<const char*>(digest), 12});
}

Writes plan_namespaces(const ObjectLookup& lookup) {
  Writes writes;
  for (const auto* name : {"default", "kube-system", "kube-public", "kube-node-lease"})
    create_if_absent(lookup, writes, "", "namespaces", namespace_object(name));
  return writes;
}

Writes plan_rbac(const ObjectLookup& lookup) {
  using Action = authorization::Reconciliation::Action;
  constexpr const char* group = "rbac.authorization.k8s.io";
  Writes writes;
  for (auto& step : authorization::plan_bootstrap(lookup)) {
    const std::string resource(step.resource);
    if (step.what.action == Action::recreate)
      writes.push_back({Write::Action::remove, group, "v1", resource, step.what.object});
    const bool update = step.what.action == Action::update;
    writes.push_back({update ? Write::Action::update : Write::Action::create, group, "v1", resource,
                      std::move(step.what.object)});
  }
  return writes;
}

Writes plan_system_objects(const ObjectLookup& lookup, const Config& config) {
  Writes writes;
  for (auto& priority : admission::system_priority_classes())
    create_if_absent(lookup, writes, "scheduling.k8s.io", "priorityclasses", std::move(priority));
  create_if_absent(lookup, writes, "networking.k8s.io", "servicecidrs", service_cidr(config));
  plan_extension_trust(lookup, config, writes);
  create_if_absent(lookup, writes, "", "services", kubernetes_service(config));
  return writes;
}

}  // namespace apiserver::bootstrap
