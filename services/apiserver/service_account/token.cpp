#include "apiserver/service_account/token.hpp"
#include <boost/json/array.hpp>
#include "api/object.hpp"
#include "apiserver/authentication/user.hpp"

namespace apiserver::service_account {
namespace {

namespace json = boost::json;
constexpr std::string_view private_claims = "kubernetes.io";

std::int64_t seconds(base::SystemTime t) {
  return std::chrono::duration_cast<std::chrono::seconds>(t.time_since_epoch()).count();
}

json::object to_json(const ObjectReference& r) {
  json::object o;
  o["name"] = r.name;
  o["uid"] = r.uid;
  return o;
}

std::optional<ObjectReference> reference(const json::object& o, std::string_view kind) {
  const auto* member = api::get_object(o, {private_claims, kind});
  if (!member) return std::nullopt;
  return ObjectReference{std::string(api::get_string(*member, {"name"})),
                         std::string(api::get_string(*member, {"uid"}))};
}

base::Error bad(std::string what) {
  return base::Error(base::Errc::invalid_argument, std::move(what));
}

/// NumericDate (RFC 7519): an integer, or a fraction that some libraries write.
std::optional<base::SystemTime> time_claim(const json::value* v) {
  if (!v || !v->is_number()) return std::nullopt;
  const double number = v->to_number<double>();
  if (number < 0 || number > 1e11) return std::nullopt;
  // A year past 2262 does not fit into nanoseconds; no token lives that long.
  const auto whole = std::min<std::int64_t>(static_cast<std::int64_t>(number), 9'000'000'000);
  return base::SystemTime(std::chrono::seconds(whole));
}

base::Result<std::vector<std::string>> audiences_of(const json::object& claims) {
  std::vector<std::string> out;
  const auto* aud = claims.if_contains("aud");
  if (aud && aud->is_string()) {
    out.emplace_back(aud->get_string());
  } else if (aud && aud->is_array()) {
    for (const auto& item : aud->get_array()) {
      if (!item.is_string()) return bad("claim \"aud\" holds something else than strings");
      out.emplace_back(item.get_string());
    }
  }
  return out;
}

}  // namespace

json::object TokenClaims::to_json() const {
  json::object private_part;
  private_part["namespace"] = subject.namespace_;
  const auto add = [&](const char* kind, const std::optional<ObjectReference>& r) {
    if (r) private_part[kind] = service_account::to_json(*r);
  };
  add("node", subject.node);
  add("pod", subject.pod);
  add("secret", subject.secret);
  add("serviceaccount", subject.service_account);
  if (warn_after) private_part["warnafter"] = seconds(*warn_after);
  json::object o;
  o["aud"] = json::array(audiences.begin(), audiences.end());
  o["exp"] = seconds(expires);
  o["iat"] = seconds(issued_at);
  o["iss"] = issuer;
  if (!id.empty()) o["jti"] = id;
  o[private_claims] = std::move(private_part);
  o["nbf"] = seconds(not_before);
  o["sub"] = authentication::service_account_user(subject.namespace_, subject.service_account.name);
  return o;
}

base::Result<TokenClaims> TokenClaims::from_json(const json::object& claims) {
  TokenClaims out;
  out.issuer = api::get_string(claims, {"iss"});
  out.id = api::get_string(claims, {"jti"});
  auto audiences = audiences_of(claims);
  if (!audiences) return audiences.error();
  out.audiences = std::move(*audiences);
  const auto exp = time_claim(claims.if_contains("exp"));
  if (!exp) return bad("claim \"exp\" is missing or no time");
  out.expires = *exp;
  out.issued_at = time_claim(claims.if_contains("iat")).value_or(base::SystemTime{});
  out.not_before = time_claim(claims.if_contains("nbf")).value_or(base::SystemTime{});
  out.subject.namespace_ = api::get_string(claims, {private_claims, "namespace"});
  const auto account = reference(claims, "serviceaccount");
  if (!account || account->name.empty() || out.subject.namespace_.empty()) {
    return bad("claim \"kubernetes.io\" names no service account");
  }
  out.subject.service_account = *account;
  if (api::get_string(claims, {"sub"}) !=
      authentication::service_account_user(out.subject.namespace_, account->name)) {
    return bad("claim \"sub\" and the service account differ");
  }
  out.subject.pod = reference(claims, "pod");
  out.subject.secret = reference(claims, "secret");
  out.subject.node = reference(claims, "node");
  if (const auto* p = api::get_object(claims, {private_claims}))
    out.warn_after = time_claim(p->if_contains("warnafter"));
  return out;
}

}  // namespace apiserver::service_account
