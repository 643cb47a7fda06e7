#pragma once
#include <memory>
#include <string>
#include <vector>
#include "api/types/core_v1.hpp"
#include "client/informer.hpp"

namespace node_agent::objects {

/// The Services a container may be told of. Belongs to the node's strand.
class ServiceSource {
 public:
  using ServicePtr = std::shared_ptr<const api::core::v1::Service>;
  virtual ~ServiceSource() = default;
  /// Services have been read once: no container begins before.
  virtual bool synced() const = 0;
  virtual std::vector<ServicePtr> services(const std::string& ns) const = 0;
};

/// Out of an informer of the node, which outlives it.
class InformedServices final : public ServiceSource {
 public:
  explicit InformedServices(const client::Informer<api::core::v1::Service>& informer) : informer_(informer) {}
  bool synced() const override { return informer_.synced(); }
  std::vector<ServicePtr> services(const std::string& ns) const override {
    return informer_.store().list_namespace(ns);
  }

 private:
  const client::Informer<api::core::v1::Service>& informer_;
};

}  // namespace node_agent::objects
