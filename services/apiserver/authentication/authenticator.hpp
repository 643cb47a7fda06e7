#pragma once
#include <boost/json/object.hpp>
#include <string>
#include <string_view>
#include <vector>
#include "api/status.hpp"
#include "apiserver/authentication/token_authenticator.hpp"
#include "apiserver/authentication/user.hpp"
#include "base/clock.hpp"
#include "http/message.hpp"

namespace apiserver::authentication {

struct Options {
  /// --anonymous-auth. Off: a request without credentials is refused on every path.
  bool anonymous = true;
  /// Paths that anonymous requests may reach (AuthenticationConfiguration's anonymous.conditions), exact.
  /// Empty: any path, which leaves the decision to authorization.
  std::vector<std::string> anonymous_paths = {"/livez", "/readyz", "/healthz", "/version", "/version/"};
};

/// Finds out who is asking, in upstream's order: client certificate, bearer token, anonymous.
/// Immutable, thread-safe, never blocks.
class Authenticator {
 public:
  /// `tokens` may be null: then no bearer token is accepted. It must outlive this object.
  Authenticator(Options options, const TokenAuthenticator* tokens);

  /// `peer`: what TLS proved (verified against --client-ca-file by the transport). `headers` gives
  /// Authorization, and Sec-WebSocket-Protocol, where browsers put the token. `path` without the query.
  /// Error: Unauthorized (401), without saying why.
  api::StatusOr<UserInfo> authenticate(const http::PeerCertificate& peer, const http::Headers& headers,
                                       std::string_view path, base::SystemTime now) const;

  /// Answers a posted authentication.k8s.io/v1 TokenReview that passed the schema: the same with its status.
  /// Error: BadRequest without a token.
  api::StatusOr<boost::json::object> review_token(boost::json::object review, base::SystemTime now) const;

 private:
  Options options_;
  const TokenAuthenticator* tokens_;
};

/// CN is the user, each O a group; the certificate's fingerprint is the extra
/// authentication.kubernetes.io/credential-id. Source: "X.509 client certificates" of the authentication
/// page.
UserInfo user_of_certificate(const http::PeerCertificate& peer);

/// The bearer token of a request: from "Authorization: Bearer x", or from the WebSocket subprotocol
/// base64url.bearer.authorization.k8s.io.X. Empty if there is none.
std::string bearer_token(const http::Headers& headers);

}  // namespace apiserver::authentication
