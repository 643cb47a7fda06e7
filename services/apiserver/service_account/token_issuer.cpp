#include <algorithm>
#include <boost/json/array.hpp>
#include "api/object.hpp"
#include "apiserver/service_account/token.hpp"
#include "base/random.hpp"

namespace apiserver::service_account {
namespace {

namespace json = boost::json;
using std::chrono::seconds;

constexpr seconds expiration_default{3600};
constexpr seconds expiration_min{600};
constexpr std::int64_t expiration_max = std::int64_t{1} << 32;
// What the ServiceAccount admission plugin asks for in pods, and how long such a token then really lives.
constexpr seconds pod_token_expiration{3607};
constexpr seconds extended_expiration{365 * 24 * 3600};

const api::GroupVersionKind token_request_kind{"authentication.k8s.io", "v1", "TokenRequest"};

/// The expiry asked for, in bounds.
api::StatusOr<seconds> requested_expiration(const json::object& request, std::string_view name,
                                            const IssuerOptions& options) {
  const auto wanted =
      api::get_int(request, {"spec", "expirationSeconds"}).value_or(expiration_default.count());
  const auto path = api::field::Path("spec").child("expirationSeconds");
  api::field::Errors errors;
  if (wanted < expiration_min.count())
    errors.invalid(path, wanted, "may not specify a duration less than 10 minutes");
  if (wanted > expiration_max)
    errors.invalid(path, wanted, "may not specify a duration larger than 2^32 seconds");
  if (!errors.empty()) return api::StatusError::invalid(token_request_kind, name, errors);
  seconds out{wanted};
  if (options.max_expiration.count() > 0) out = std::min(out, options.max_expiration);
  return out;
}

std::vector<std::string> requested_audiences(const json::object& request, const IssuerOptions& options) {
  std::vector<std::string> out;
  if (const auto* list = api::get_array(request, {"spec", "audiences"})) {
    for (const auto& a : *list) {
      if (a.is_string()) out.emplace_back(a.get_string());
    }
  }
  if (!out.empty()) return out;
  return options.api_audiences.empty() ? std::vector<std::string>{options.issuer} : options.api_audiences;
}

api::StatusError uid_conflict(const api::GroupResource& r, std::string_view name, std::string_view asked) {
  return api::StatusError::conflict(
      r, name,
      "the UID in the bound object reference (" + std::string(asked) +
          ") does not match the UID in record. The object might have been deleted and then recreated");
}

/// Pods also tie the token to the node they run on (KEP-4193); the node may be unknown by now.
void add_node_of_pod(TokenSubject& subject, const json::object& pod, const ObjectLookup& lookup) {
  const std::string node(api::get_string(pod, {"spec", "nodeName"}));
  if (node.empty()) return;
  const auto object = lookup.get("", "nodes", "", node);
  subject.node = ObjectReference{node, object ? std::string(api::uid_of(*object)) : std::string()};
}

api::StatusOr<void> bind(TokenSubject& subject, const json::object& reference, const ObjectLookup& lookup) {
  const std::string kind(api::get_string(reference, {"kind"})),
      version(api::get_string(reference, {"apiVersion"}));
  const std::string name(api::get_string(reference, {"name"})), uid(api::get_string(reference, {"uid"}));
  const bool known = version == "v1" && (kind == "Pod" || kind == "Secret" || kind == "Node");
  if (!known) {
    return api::StatusError::bad_request("cannot bind token to object of type " + version + ", Kind=" + kind);
  }
  const api::GroupResource resource{"", kind == "Pod" ? "pods" : kind == "Secret" ? "secrets" : "nodes"};
  const auto object = lookup.get("", resource.resource, kind == "Node" ? "" : subject.namespace_, name);
  if (!object) return api::StatusError::not_found(resource, name);
  if (!uid.empty() && uid != api::uid_of(*object)) return uid_conflict(resource, name, uid);
  ObjectReference bound{name, std::string(api::uid_of(*object))};
  if (kind == "Node") subject.node = std::move(bound);
  if (kind == "Secret") subject.secret = std::move(bound);
  if (kind != "Pod") return {};
  if (api::get_string(*object, {"spec", "serviceAccountName"}) != subject.service_account.name) {
    return api::StatusError::bad_request("cannot bind token for serviceaccount \"" +
                                         subject.service_account.name +
                                         "\" to pod running with different serviceaccount name.");
  }
  subject.pod = std::move(bound);
  add_node_of_pod(subject, *object, lookup);
  return {};
}

bool meant_for_us(const std::vector<std::string>& audiences, const IssuerOptions& options) {
  const auto ours =
      options.api_audiences.empty() ? std::vector<std::string>{options.issuer} : options.api_audiences;
  return std::all_of(audiences.begin(), audiences.end(),
                     [&](const auto& a) { return std::find(ours.begin(), ours.end(), a) != ours.end(); });
}

}  // namespace

TokenIssuer::TokenIssuer(IssuerOptions options, pki::PrivateKey key)
    : options_(std::move(options)), key_(std::move(key)) {}

base::Result<std::string> TokenIssuer::sign(const TokenClaims& claims) const {
  return pki::sign_jws(claims.to_json(), key_);
}

api::StatusOr<json::object> TokenIssuer::create(json::object request, const json::object& account,
                                                const ObjectLookup& lookup, base::SystemTime now) const {
  const auto lifetime = requested_expiration(request, api::name_of(account), options_);
  if (!lifetime) return lifetime.error();
  TokenClaims claims;
  claims.subject.namespace_ = api::namespace_of(account);
  claims.subject.service_account = {std::string(api::name_of(account)), std::string(api::uid_of(account))};
  if (const auto* reference = api::get_object(request, {"spec", "boundObjectRef"})) {
    if (auto bound = bind(claims.subject, *reference, lookup); !bound) return bound.error();
  }
  claims.issuer = options_.issuer;
  claims.audiences = requested_audiences(request, options_);
  claims.id = base::random_uuid();
  claims.issued_at = claims.not_before = now;
  claims.expires = now + *lifetime;
  const bool extend = options_.extend_expiration && claims.subject.pod && *lifetime == pod_token_expiration;
  if (extend && meant_for_us(claims.audiences, options_)) {
    claims.warn_after = claims.expires;
    claims.expires = now + extended_expiration;
  }
  auto token = sign(claims);
  if (!token) return api::StatusError::internal("failed to generate token: " + token.error().message);

  auto& meta = api::metadata(request);
  meta["name"] = claims.subject.service_account.name;
  meta["namespace"] = claims.subject.namespace_;
  meta["creationTimestamp"] = base::format_rfc3339(now);
  auto& spec = api::ensure_object(request, {"spec"});
  spec["audiences"] = json::array(claims.audiences.begin(), claims.audiences.end());
  spec["expirationSeconds"] = lifetime->count();
  auto& status = api::ensure_object(request, {"status"});
  status["token"] = *token;
  status["expirationTimestamp"] = base::format_rfc3339(now + *lifetime);
  return request;
}

}  // namespace apiserver::service_account
