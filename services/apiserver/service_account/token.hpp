#pragma once
#include <boost/json/object.hpp>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>
#include "api/status.hpp"
#include "apiserver/lookup/lookup.hpp"
#include "base/clock.hpp"
#include "pki/jws.hpp"

/// Service account tokens: signed, bound to what they were made for, and short-lived.
/// Source: Kubernetes documentation, "Managing Service Accounts"; KEP-1205, KEP-4193 (node binding).
namespace apiserver::service_account {

/// A kind, name and uid a token is tied to; gone or replaced, the token is void.
struct ObjectReference {
  std::string name, uid;
  bool operator==(const ObjectReference&) const = default;
};

/// What a token says, beside issuer and audiences.
struct TokenSubject {
  std::string namespace_;
  ObjectReference service_account;
  std::optional<ObjectReference> pod, secret, node;
};

struct TokenClaims {
  std::string issuer;
  TokenSubject subject;
  std::vector<std::string> audiences;
  std::string id;  ///< "jti", a UUID.
  base::SystemTime issued_at, not_before, expires;
  std::optional<base::SystemTime> warn_after;  ///< Set for the extended tokens upstream hands to old clients.

  boost::json::object to_json() const;
  /// Errors: invalid_argument naming the claim.
  static base::Result<TokenClaims> from_json(const boost::json::object& claims);
};

struct IssuerOptions {
  std::string issuer;                      ///< --service-account-issuer
  std::vector<std::string> api_audiences;  ///< For requests that name none; empty: the issuer.
  std::chrono::seconds max_expiration{0};  ///< --service-account-max-token-expiration; 0: no limit.
  /// --service-account-extend-token-expiration: a pod's token of 3607 s lives a year and warns after its 3607
  /// s.
  bool extend_expiration = true;
};

/// Answers POST serviceaccounts/NAME/token. Immutable, thread-safe.
class TokenIssuer {
 public:
  TokenIssuer(IssuerOptions options, pki::PrivateKey key);

  /// `request`: an authentication.k8s.io/v1 TokenRequest that passed the schema; the same object is returned
  /// with its status filled in. `account`: the ServiceAccount; a bound object is looked up in `lookup`.
  /// Errors: Invalid (expiry under 10 minutes or over 2^32 seconds, unknown bound kind), NotFound (bound
  /// object), Conflict (another uid), as upstream.
  api::StatusOr<boost::json::object> create(boost::json::object request, const boost::json::object& account,
                                            const ObjectLookup& lookup, base::SystemTime now) const;

  /// Signs claims as they are.
  base::Result<std::string> sign(const TokenClaims& claims) const;
  const IssuerOptions& options() const noexcept { return options_; }
  pki::PublicKey public_key() const { return key_.public_key(); }

 private:
  IssuerOptions options_;
  pki::PrivateKey key_;
};

}  // namespace apiserver::service_account
