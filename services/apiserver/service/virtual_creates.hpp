#pragma once
#include <functional>
#include <map>
#include <string>
#include "apiserver/request/handler.hpp"
#include "apiserver/service_account/token.hpp"

namespace apiserver {

/// What the creates that store nothing are answered from. Everything outlives the map made of it.
struct VirtualCreateParts {
  const authentication::Authenticator* authenticator = nullptr;
  const authorization::Authorizer* authorizer = nullptr;
  const admission::Chain* admission = nullptr;
  registry::Registry* registry = nullptr;
  const service_account::TokenIssuer* issuer = nullptr;
  std::function<base::SystemTime()> now;
};

/// The access reviews, TokenReview, SelfSubjectReview and serviceaccounts/token, by the names request::Parts
/// has for them.
std::map<std::string, request::VirtualCreate> virtual_creates(const VirtualCreateParts& parts);

}  // namespace apiserver
