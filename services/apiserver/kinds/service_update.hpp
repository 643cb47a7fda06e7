#pragma once
#include "apiserver/kinds/kind.hpp"

/// What an update of a Service carries over and what it drops.
namespace apiserver::kinds {

/// Of a Service's spec.
bool is_external_name(const Object& spec);
/// By its type, a NodePort or LoadBalancer.
bool has_node_ports(const Object& spec);

/// What was allocated and clients leave out of an update is carried over. What the old type needed, the new
/// one may not have, and the client did not touch is dropped, so that the type alone can be changed. Source:
/// API concepts, Service clusterIP "may not be changed"; upstream's strategy of Services.
void prepare_service_update(Object& service, const Object& old);

}  // namespace apiserver::kinds
