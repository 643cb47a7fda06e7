#pragma once
#include <map>
#include <memory>
#include <set>
#include <string>
#include "node-agent/objects/object_source.hpp"
#include "node-agent/objects/service_source.hpp"

namespace node_agent::objects::testing {

/// ConfigMaps and Secrets in memory, by namespace and name. For tests.
class FakeObjects final : public ObjectSource {
 public:
  void put(const std::string& ns, const std::string& name, std::map<std::string, std::string> data) {
    auto m = std::make_shared<api::core::v1::ConfigMap>();
    m->data = std::move(data);
    config_maps[ns + "/" + name] = std::move(m);
  }
  void put_secret(const std::string& ns, const std::string& name, std::map<std::string, std::string> data) {
    auto s = std::make_shared<api::core::v1::Secret>();
    s->data = std::move(data);
    secrets[ns + "/" + name] = std::move(s);
  }

  void retain(const api::core::v1::Pod& pod) override { retained.insert(pod.metadata.uid); }
  void forget(const std::string& pod_uid) override { retained.erase(pod_uid); }
  base::Awaitable<base::Result<ConfigMapPtr>> config_map(std::string ns, std::string name) override {
    const auto it = config_maps.find(ns + "/" + name);
    if (it == config_maps.end()) co_return missing("configmap", name);
    co_return it->second;
  }
  base::Awaitable<base::Result<SecretPtr>> secret(std::string ns, std::string name) override {
    const auto it = secrets.find(ns + "/" + name);
    if (it == secrets.end()) co_return missing("secret", name);
    co_return it->second;
  }

  std::map<std::string, ConfigMapPtr> config_maps;
  std::map<std::string, SecretPtr> secrets;
  std::set<std::string> retained;  ///< Uids of pods.

 private:
  static base::Error missing(const std::string& kind, const std::string& name) {
    return base::Error(base::Errc::not_found, kind + " \"" + name + "\" not found");
  }
};

/// Services in memory.
class FakeServices final : public ServiceSource {
 public:
  void put(const std::string& json) {
    all.push_back(std::make_shared<api::core::v1::Service>(api::parse<api::core::v1::Service>(json).value()));
  }
  bool synced() const override { return is_synced; }
  std::vector<ServicePtr> services(const std::string& ns) const override {
    std::vector<ServicePtr> out;
    for (const auto& s : all)
      if (s->metadata.namespace_ == ns) out.push_back(s);
    return out;
  }
  std::vector<ServicePtr> all;
  bool is_synced = true;
};

}  // namespace node_agent::objects::testing
