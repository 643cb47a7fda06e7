#pragma once
#include <boost/json/object.hpp>
#include <span>
#include <string>
#include <string_view>
#include <vector>
#include "base/error.hpp"
#include "pki/key.hpp"

/// Signed JSON tokens: JWS compact serialization (RFC 7515) with RS256 and ES256 (RFC 7518), and the JWK sets
/// that publish the keys (RFC 7517).
namespace pki {

/// The longest token that is looked at, in bytes; longer ones are refused unread.
inline constexpr std::size_t token_bytes_max = 64 * 1024;

/// `claims` signed with `key`; the header holds "alg" and "kid" (PublicKey::key_id). Error: internal.
base::Result<std::string> sign_jws(const boost::json::object& claims, const PrivateKey& key);

/// A token taken apart. Nothing is proven before `verify_jws`.
struct Jws {
  std::string algorithm;  ///< "RS256", "ES256", or another that cannot be verified here.
  std::string key_id;     ///< Empty if absent.
  boost::json::object claims;
  std::string signing_input;  ///< What the signature covers.
  std::string signature;      ///< Raw bytes.
};
/// Error: invalid_argument: not three base64url parts, or header or claims not a JSON object.
base::Result<Jws> parse_jws(std::string_view token);

/// True if `key` signed the token. The algorithm follows from the key: what the token's header says must
/// agree, so that neither "none" nor a swapped algorithm is ever accepted.
bool verify_jws(const Jws& token, const PublicKey& key);
/// The same for any of `keys`; those with the token's key id are tried first and, if it names one, alone.
bool verify_jws(const Jws& token, std::span<const PublicKey> keys);

/// {"keys":[...]} with use "sig", alg, kid and the public members of each key.
boost::json::object jwk_set(std::span<const PublicKey> keys);

}  // namespace pki
