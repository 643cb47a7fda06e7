#include "apiserver/registry/continue_token.hpp"
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include "api/object.hpp"
#include "base/encoding.hpp"

namespace apiserver::registry {

std::string ContinueToken::encode() const {
  return base::base64url_encode(boost::json::serialize(
      boost::json::object{{"v", "meta.k8s.io/v1"}, {"rv", revision}, {"start", from}}));
}

api::StatusOr<ContinueToken> ContinueToken::parse(std::string_view text) {
  const auto bad = [] {
    return api::StatusError::bad_request("continue key is not valid: it was not issued by this server");
  };
  const auto decoded = base::base64url_decode(text);
  if (!decoded) return bad();
  boost::system::error_code error;
  const auto value = boost::json::parse(*decoded, error);
  if (error || !value.is_object()) return bad();
  const auto& o = value.get_object();
  ContinueToken token;
  token.revision = api::get_int(o, {"rv"}).value_or(0);
  token.from = api::get_string(o, {"start"});
  if (api::get_string(o, {"v"}) != "meta.k8s.io/v1" || token.revision <= 0 || token.from.empty())
    return bad();
  return token;
}

}  // namespace apiserver::registry
