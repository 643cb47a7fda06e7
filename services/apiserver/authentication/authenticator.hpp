#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <vector>
#include "api/status.hpp"
#include "apiserver/authentication/user.hpp"
#include "apiserver/service_account/token_validator.hpp"
#include "base/clock.hpp"
#include "http/message.hpp"

namespace apiserver::authentication {

struct Options {
  /// --anonymous-auth. Off: a request without credentials is refused on every path.
  bool anonymous = true;
  /// Paths that anonymous requests may reach (AuthenticationConfiguration's anonymous.conditions), exact.
  /// Empty: any path, which leaves the decision to authorization as upstream does by default.
  std::vector<std::string> anonymous_paths = {"/livez", "/readyz", "/healthz", "/version", "/version/"};
  /// --api-audiences; a token must be meant for one of them. Empty: the issuer of the tokens.
  std::vector<std::string> api_audiences;
};

/// Finds out who is asking, in upstream's order: client certificate, bearer token, anonymous.
/// Immutable but for the validator's key set; thread-safe; never blocks.
class Authenticator {
 public:
  /// `tokens` may be null: then no bearer token is accepted. It must outlive this object.
  Authenticator(Options options, const service_account::TokenValidator* tokens);

  /// `peer`: what TLS proved (verified against --client-ca-file by the transport). `headers` gives
  /// Authorization, and Sec-WebSocket-Protocol, where browsers put the token. `path` without the query.
  /// Error: Unauthorized (401), without saying why: the reason goes to the log.
  api::StatusOr<UserInfo> authenticate(const http::PeerCertificate& peer, const http::Headers& headers,
                                       std::string_view path, base::SystemTime now) const;

  /// For TokenReview: the token alone. `audiences` empty: the API server's. The status object as upstream
  /// fills it.
  boost::json::object review_token(std::string_view token, const std::vector<std::string>& audiences,
                                   base::SystemTime now) const;

 private:
  Options options_;
  const service_account::TokenValidator* tokens_;
};

/// CN is the user, each O a group (KEP-less: "X.509 client certificates" of the authentication page), and
/// since 1.34 the certificate's fingerprint is an extra.
UserInfo user_of_certificate(const http::PeerCertificate& peer);

/// The bearer token of a request: from "Authorization: Bearer x", or from the WebSocket subprotocol
/// base64url.bearer.authorization.k8s.io.X. Empty if there is none.
std::string bearer_token(const http::Headers& headers);

}  // namespace apiserver::authentication
