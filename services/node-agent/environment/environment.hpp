#pragma once
#include <memory>
#include <string>
#include <utility>
#include <vector>
#include "api/types/core_v1.hpp"
#include "base/async.hpp"
#include "node-agent/environment/expansion.hpp"
#include "node-agent/environment/field_ref.hpp"
#include "node-agent/objects/object_source.hpp"
#include "node-agent/objects/service_source.hpp"

namespace node_agent::environment {

/// Variables in the order in which they are set; every name once.
using Variables = std::vector<std::pair<std::string, std::string>>;

/// What `container` finds in its environment: envFrom, then env (later ones replace earlier ones), then the
/// variables of services that are not set otherwise. `services` null: none of those.
/// Errors: what the container's CreateContainerConfigError shows ("configmap \"x\" not found", "couldn't find
/// key X in ConfigMap ns/name").
base::Awaitable<base::Result<Variables>> variables_of(std::shared_ptr<const api::core::v1::Pod> pod,
                                                      api::core::v1::Container container, PodFacts facts,
                                                      objects::ObjectSource& objects,
                                                      const objects::ServiceSource* services);

/// `parts` (a command or its arguments) with every $(NAME) replaced out of `variables`.
std::vector<std::string> expand_all(const std::vector<std::string>& parts, const Variables& variables);

/// A lookup in `variables`, which must outlive it.
Lookup lookup_in(const Variables& variables);

}  // namespace node_agent::environment
