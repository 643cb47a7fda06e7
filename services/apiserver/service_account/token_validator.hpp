#pragma once
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>
#include "apiserver/authentication/user.hpp"
#include "apiserver/lookup/lookup.hpp"
#include "apiserver/service_account/token.hpp"
#include "base/clock.hpp"
#include "base/error.hpp"
#include "pki/jws.hpp"

namespace apiserver::service_account {

struct ValidatorOptions {
  /// --service-account-issuer, the first signs new tokens, all are accepted.
  std::vector<std::string> issuers;
  /// --service-account-key-file: every key that may have signed.
  std::vector<pki::PublicKey> keys;
  /// --api-audiences; empty: the issuers.
  std::vector<std::string> api_audiences;
};

/// A token that holds, and for which audiences.
struct ValidatedToken {
  authentication::UserInfo user;
  std::vector<std::string> audiences;  ///< Those asked for that the token is meant for.
  bool expires_soon_warning = false;   ///< Past its warn_after: count it (serviceaccount_stale_tokens_total).
};

/// Verifies service account tokens. Immutable, thread-safe. The lookup must outlive it.
class TokenValidator {
 public:
  TokenValidator(ValidatorOptions options, const ObjectLookup& lookup);

  /// True if the token claims one of our issuers: others are not ours to judge.
  bool handles(std::string_view token) const;
  /// `audiences` empty: the API server's own. Checks signature, issuer, audience, times, that the service
  /// account and every bound object exist with the same uid and are not being deleted for longer than 60 s.
  /// Error: unauthenticated, the message for the log only.
  base::Result<ValidatedToken> validate(std::string_view token, std::span<const std::string> audiences,
                                        base::SystemTime now) const;

 private:
  base::Result<void> check_bound(const TokenClaims& claims, base::SystemTime now) const;
  ValidatorOptions options_;
  const ObjectLookup& lookup_;
};

}  // namespace apiserver::service_account
