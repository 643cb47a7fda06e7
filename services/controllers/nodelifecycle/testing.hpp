#pragma once
#include "controllers/nodelifecycle/health.hpp"

/// Nodes and leases in a line, for tests.
namespace controllers::nodelifecycle::testing {

inline Node node(const std::string& name, const char* ready, base::SystemTime heartbeat) {
  Node n;
  n.metadata.name = n.metadata.uid = name;
  n.metadata.creation_timestamp = api::Time{heartbeat};
  if (ready) {
    auto& c = n.status.conditions.emplace_back();
    c.type = "Ready";
    c.status = ready;
    c.last_heartbeat_time = c.last_transition_time = api::Time{heartbeat};
  }
  return n;
}

inline Lease lease(const std::string& name, base::SystemTime renewed) {
  Lease l;
  l.metadata.name = name;
  l.metadata.namespace_ = "kube-node-lease";
  l.spec.renew_time = api::MicroTime{renewed};
  return l;
}

}  // namespace controllers::nodelifecycle::testing
