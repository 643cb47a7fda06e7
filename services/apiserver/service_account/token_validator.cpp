#include "apiserver/service_account/token_validator.hpp"
#include <algorithm>
#include "api/object.hpp"
#include "base/assert.hpp"

namespace apiserver::service_account {
namespace {

using authentication::UserInfo;
using authentication::ValidatedToken;
using std::chrono::seconds;

constexpr seconds clock_leeway{60};
// How long a token of an object in deletion still holds, so that a pod can end in order.
constexpr seconds deletion_leeway{60};

base::Error refused(std::string why) {
  return base::Error(base::Errc::unauthenticated, std::move(why));
}

bool has(std::span<const std::string> list, const std::string& item) {
  return std::find(list.begin(), list.end(), item) != list.end();
}

base::Result<void> check_object(const SharedObject& object, const ObjectReference& r, std::string_view kind,
                                base::SystemTime now) {
  const std::string what = std::string(kind) + " " + r.name;
  if (!object) return refused(what + " is gone");
  if (api::uid_of(*object) != r.uid) return refused(what + " is another one than the token was made for");
  const auto deleted = base::parse_rfc3339(api::get_string(*object, {"metadata", "deletionTimestamp"}));
  if (deleted && *deleted + deletion_leeway < now) return refused(what + " has been deleted");
  return {};
}

}  // namespace

UserInfo user_of(const TokenClaims& claims) {
  UserInfo user;
  const auto& s = claims.subject;
  user.name = authentication::service_account_user(s.namespace_, s.service_account.name);
  user.uid = s.service_account.uid;
  user.groups = authentication::service_account_groups(s.namespace_);
  const auto add = [&](const char* key, const std::string& value) {
    if (!value.empty()) user.extra[std::string("authentication.kubernetes.io/") + key] = {value};
  };
  if (!claims.id.empty()) add("credential-id", "JTI=" + claims.id);
  if (s.pod) {
    add("pod-name", s.pod->name);
    add("pod-uid", s.pod->uid);
  }
  if (s.node) {
    add("node-name", s.node->name);
    add("node-uid", s.node->uid);
  }
  return user;
}

TokenValidator::TokenValidator(ValidatorOptions options, const ObjectLookup& lookup)
    : options_(std::move(options)), lookup_(lookup) {
  COX_ASSERT(!options_.issuers.empty(), "tokens need an issuer");
  if (options_.api_audiences.empty()) options_.api_audiences = options_.issuers;
}

base::Result<TokenClaims> TokenValidator::check_signed(std::string_view token) const {
  const auto jws = pki::parse_jws(token);
  if (!jws) return refused(jws.error().message);
  auto claims = TokenClaims::from_json(jws->claims);
  if (!claims) return refused(claims.error().message);
  if (!has(options_.issuers, claims->issuer)) return refused("the issuer is not ours");
  if (!pki::verify_jws(*jws, options_.keys)) return refused("no key verifies the signature");
  return std::move(*claims);
}

base::Result<void> TokenValidator::check_bound(const TokenSubject& s, base::SystemTime now) const {
  const auto account = lookup_.get("", "serviceaccounts", s.namespace_, s.service_account.name);
  if (auto r = check_object(account, s.service_account, "service account", now); !r) return r;
  if (s.secret) {
    const auto secret = lookup_.get("", "secrets", s.namespace_, s.secret->name);
    if (auto r = check_object(secret, *s.secret, "secret", now); !r) return r;
  }
  if (s.pod) return check_object(lookup_.get("", "pods", s.namespace_, s.pod->name), *s.pod, "pod", now);
  // With a pod, the node only says where that pod runs; alone, it is what the token is bound to.
  if (s.node) return check_object(lookup_.get("", "nodes", "", s.node->name), *s.node, "node", now);
  return {};
}

base::Result<ValidatedToken> TokenValidator::validate(std::string_view token,
                                                      std::span<const std::string> audiences,
                                                      base::SystemTime now) const {
  const auto claims = check_signed(token);
  if (!claims) return claims.error();
  const std::span<const std::string> wanted = audiences.empty() ? options_.api_audiences : audiences;
  ValidatedToken out;
  for (const auto& a : wanted) {
    // A token without audiences is one of the old kind, meant for the API server.
    if (has(claims->audiences, a) || (claims->audiences.empty() && has(options_.api_audiences, a))) {
      out.audiences.push_back(a);
    }
  }
  if (out.audiences.empty()) return refused("the token is meant for others");
  if (now >= claims->expires + clock_leeway) return refused("the token has expired");
  if (now + clock_leeway < claims->not_before) return refused("the token is not valid yet");
  if (auto r = check_bound(claims->subject, now); !r) return r.error();
  out.stale = claims->warn_after && now > *claims->warn_after;
  out.user = user_of(*claims);
  return out;
}

}  // namespace apiserver::service_account
