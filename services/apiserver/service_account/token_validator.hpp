#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>
#include "apiserver/authentication/token_authenticator.hpp"
#include "apiserver/lookup/lookup.hpp"
#include "apiserver/service_account/token.hpp"
#include "base/clock.hpp"
#include "base/error.hpp"
#include "pki/jws.hpp"

namespace apiserver::service_account {

struct ValidatorOptions {
  /// --service-account-issuer: the first signs new tokens, all are accepted. At least one.
  std::vector<std::string> issuers;
  /// --service-account-key-file: every key that may have signed.
  std::vector<pki::PublicKey> keys;
  /// --api-audiences; empty: the issuers.
  std::vector<std::string> api_audiences;
};

/// Verifies service account tokens: signature, issuer, audience, times (with a minute of leeway for clocks),
/// and that the service account and the object the token is bound to still exist with the same uid, or have
/// been in deletion for less than a minute. Immutable, thread-safe. The lookup must outlive it.
class TokenValidator final : public authentication::TokenAuthenticator {
 public:
  TokenValidator(ValidatorOptions options, const ObjectLookup& lookup);

  base::Result<authentication::ValidatedToken> validate(std::string_view token,
                                                        std::span<const std::string> audiences,
                                                        base::SystemTime now) const override;

 private:
  base::Result<TokenClaims> check_signed(std::string_view token) const;
  base::Result<void> check_bound(const TokenSubject& subject, base::SystemTime now) const;
  ValidatorOptions options_;
  const ObjectLookup& lookup_;
};

/// The identity a token gives: name, groups, uid, and extras that name pod, node and token id.
authentication::UserInfo user_of(const TokenClaims& claims);

}  // namespace apiserver::service_account
