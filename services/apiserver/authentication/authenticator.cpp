#include "apiserver/authentication/authenticator.hpp"
#include <algorithm>
#include <boost/json/array.hpp>
#include "api/object.hpp"
#include "base/encoding.hpp"
#include "base/log.hpp"

namespace apiserver::authentication {
namespace {

namespace json = boost::json;
constexpr std::string_view websocket_token_prefix = "base64url.bearer.authorization.k8s.io.";
constexpr std::string_view credential_id_key = "authentication.kubernetes.io/credential-id";

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  const auto lower = [](unsigned char c) { return c >= 'A' && c <= 'Z' ? c + 32 : c; };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [&](char x, char y) { return lower(x) == lower(y); });
}

std::string_view trim(std::string_view s) {
  const auto from = s.find_first_not_of(" \t");
  if (from == std::string_view::npos) return {};
  return s.substr(from, s.find_last_not_of(" \t") - from + 1);
}

UserInfo authenticated(UserInfo user) {
  const bool settled = user.in_group(all_authenticated) || user.in_group(all_unauthenticated);
  if (!settled) user.groups.emplace_back(all_authenticated);
  return user;
}

UserInfo anonymous() {
  UserInfo user;
  user.name = anonymous_user;
  user.groups.emplace_back(all_unauthenticated);
  return user;
}

std::string websocket_token(std::string_view protocols) {
  while (!protocols.empty()) {
    const auto comma = protocols.find(',');
    const auto item = trim(protocols.substr(0, comma));
    if (item.starts_with(websocket_token_prefix)) {
      const auto token = base::base64url_decode(item.substr(websocket_token_prefix.size()));
      return token ? *token : std::string();
    }
    protocols = comma == std::string_view::npos ? std::string_view() : protocols.substr(comma + 1);
  }
  return {};
}

}  // namespace

UserInfo user_of_certificate(const http::PeerCertificate& peer) {
  UserInfo user;
  user.name = peer.common_name;
  user.groups = peer.organizations;
  if (!peer.fingerprint.empty())
    user.extra[std::string(credential_id_key)] = {"X509SHA256=" + peer.fingerprint};
  return user;
}

std::string bearer_token(const http::Headers& headers) {
  const auto authorization = trim(headers.get("Authorization"));
  const auto space = authorization.find(' ');
  if (space != std::string_view::npos && equal_ignoring_case(authorization.substr(0, space), "Bearer")) {
    return std::string(trim(authorization.substr(space)));
  }
  return websocket_token(headers.get("Sec-WebSocket-Protocol"));
}

Authenticator::Authenticator(Options options, const TokenAuthenticator* tokens)
    : options_(std::move(options)), tokens_(tokens) {}

api::StatusOr<UserInfo> Authenticator::authenticate(const http::PeerCertificate& peer,
                                                    const http::Headers& headers, std::string_view path,
                                                    base::SystemTime now) const {
  if (!peer.common_name.empty()) return authenticated(user_of_certificate(peer));
  if (const auto token = bearer_token(headers); !token.empty()) {
    if (!tokens_) return api::StatusError::unauthorized();
    auto valid = tokens_->validate(token, {}, now);
    if (valid) return authenticated(std::move(valid->user));
    base::log::info("refused a bearer token", {{"path", path}, {"why", valid.error()}});
    return api::StatusError::unauthorized();
  }
  if (!peer.verify_error.empty()) {
    base::log::info("refused a client certificate", {{"path", path}, {"why", peer.verify_error}});
    return api::StatusError::unauthorized();
  }
  // An Authorization header of a scheme we do not have is a failed attempt, not an absent one.
  const auto& paths = options_.anonymous_paths;
  const bool open = paths.empty() || std::find(paths.begin(), paths.end(), path) != paths.end();
  if (!options_.anonymous || !open || headers.has("Authorization")) return api::StatusError::unauthorized();
  return anonymous();
}

api::StatusOr<json::object> Authenticator::review_token(json::object review, base::SystemTime now) const {
  const std::string token(api::get_string(review, {"spec", "token"}));
  if (token.empty())
    return api::StatusError::bad_request("token is required for TokenReview in authentication");
  std::vector<std::string> audiences;
  if (const auto* wanted = api::get_array(review, {"spec", "audiences"})) {
    for (const auto& a : *wanted) {
      if (a.is_string()) audiences.emplace_back(a.get_string());
    }
  }
  json::object status;
  auto valid = tokens_
                   ? tokens_->validate(token, audiences, now)
                   : base::Result<ValidatedToken>(base::Error(base::Errc::unauthenticated, "tokens are off"));
  if (valid) {
    status["authenticated"] = true;
    status["user"] = authenticated(std::move(valid->user)).to_json();
    status["audiences"] = json::array(valid->audiences.begin(), valid->audiences.end());
  } else {
    status["user"] = json::object();
    status["error"] = valid.error().message;
  }
  review["status"] = std::move(status);
  return review;
}

}  // namespace apiserver::authentication
