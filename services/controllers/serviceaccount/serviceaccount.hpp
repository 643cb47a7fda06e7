#pragma once
#include "controllers/frame/controller.hpp"

/// What every namespace holds from its beginning: the service account `default`, and the ConfigMap
/// kube-root-ca.crt by which its pods check the API server.
namespace controllers::serviceaccount {

Descriptor default_account_descriptor();
Descriptor root_ca_descriptor();

}  // namespace controllers::serviceaccount
