#include "pki/jws.hpp"
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <optional>
#include "base/assert.hpp"
#include "base/encoding.hpp"
#include "pki/openssl.hpp"

namespace pki {
namespace {

namespace json = boost::json;
constexpr int p256_bytes = 32;
using Signature = std::unique_ptr<ECDSA_SIG, openssl::Deleter<ECDSA_SIG_free>>;
using BigNumber = std::unique_ptr<BIGNUM, openssl::Deleter<BN_free>>;

std::string_view algorithm_name(Algorithm a) {
  return a == Algorithm::rsa ? "RS256" : "ES256";
}

const unsigned char* bytes(std::string_view s) {
  return reinterpret_cast<const unsigned char*>(s.data());
}

std::string fixed_width(const BIGNUM* n, int width) {
  std::string out(static_cast<std::size_t>(width), '\0');
  BN_bn2binpad(n, reinterpret_cast<unsigned char*>(out.data()), width);
  return out;
}

// OpenSSL speaks DER for ECDSA, JWS wants r and s side by side (RFC 7518, 3.4).
std::string ecdsa_from_der(std::string_view der) {
  const unsigned char* p = bytes(der);
  Signature s(d2i_ECDSA_SIG(nullptr, &p, static_cast<long>(der.size())));
  COX_ASSERT(s, "OpenSSL made this signature");
  return fixed_width(ECDSA_SIG_get0_r(s.get()), p256_bytes) +
         fixed_width(ECDSA_SIG_get0_s(s.get()), p256_bytes);
}

std::optional<std::string> ecdsa_to_der(std::string_view flat) {
  if (flat.size() != 2 * p256_bytes) return std::nullopt;
  Signature s(ECDSA_SIG_new());
  BIGNUM* r = BN_bin2bn(bytes(flat), p256_bytes, nullptr);
  BIGNUM* t = BN_bin2bn(bytes(flat) + p256_bytes, p256_bytes, nullptr);
  if (!s || !r || !t || ECDSA_SIG_set0(s.get(), r, t) != 1) return std::nullopt;
  unsigned char* der = nullptr;
  const int size = i2d_ECDSA_SIG(s.get(), &der);
  if (size <= 0) return std::nullopt;
  std::string out(reinterpret_cast<char*>(der), static_cast<std::size_t>(size));
  OPENSSL_free(der);
  return out;
}

base::Result<std::string> sign_bytes(std::string_view input, const PrivateKey& key) {
  openssl::Context context(EVP_MD_CTX_new());
  std::size_t size = 0;
  auto* native = static_cast<EVP_PKEY*>(key.native());
  std::string out;
  bool ok = context && EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, native) == 1 &&
            EVP_DigestSign(context.get(), nullptr, &size, bytes(input), input.size()) == 1;
  if (ok) {
    out.resize(size);
    ok = EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(out.data()), &size, bytes(input),
                        input.size()) == 1;
    out.resize(size);
  }
  if (!ok) return openssl::failure(base::Errc::internal, "signing a token");
  return key.algorithm() == Algorithm::ec_p256 ? ecdsa_from_der(out) : out;
}

base::Result<json::object> decode_object(std::string_view part, const char* name) {
  const auto text = base::base64url_decode(part);
  if (!text)
    return base::Error(base::Errc::invalid_argument, std::string("token ") + name + " is not base64url");
  boost::system::error_code ec;
  json::parse_options options;
  options.max_depth = 16;
  auto value = json::parse(*text, ec, {}, options);
  if (ec || !value.is_object()) {
    return base::Error(base::Errc::invalid_argument, std::string("token ") + name + " is not a JSON object");
  }
  return std::move(value.get_object());
}

std::string string_member(const json::object& o, std::string_view name) {
  const auto* v = o.if_contains(name);
  return v && v->is_string() ? std::string(v->get_string()) : std::string();
}

std::string integer_parameter(EVP_PKEY* key, const char* name, int width) {
  BIGNUM* n = nullptr;
  COX_ASSERT(EVP_PKEY_get_bn_param(key, name, &n) == 1, "a loaded public key has its numbers");
  BigNumber owned(n);
  return base::base64url_encode(fixed_width(n, width > 0 ? width : BN_num_bytes(n)));
}

json::object jwk(const PublicKey& key) {
  auto* native = static_cast<EVP_PKEY*>(key.native());
  json::object o;
  o["use"] = "sig";
  o["kty"] = key.algorithm() == Algorithm::rsa ? "RSA" : "EC";
  o["kid"] = key.key_id();
  if (key.algorithm() == Algorithm::ec_p256) o["crv"] = "P-256";
  o["alg"] = algorithm_name(key.algorithm());
  if (key.algorithm() == Algorithm::rsa) {
    o["n"] = integer_parameter(native, OSSL_PKEY_PARAM_RSA_N, 0);
    o["e"] = integer_parameter(native, OSSL_PKEY_PARAM_RSA_E, 0);
  } else {
    o["x"] = integer_parameter(native, OSSL_PKEY_PARAM_EC_PUB_X, p256_bytes);
    o["y"] = integer_parameter(native, OSSL_PKEY_PARAM_EC_PUB_Y, p256_bytes);
  }
  return o;
}

}  // namespace

base::Result<std::string> sign_jws(const json::object& claims, const PrivateKey& key) {
  json::object header;
  header["alg"] = algorithm_name(key.algorithm());
  header["kid"] = key.public_key().key_id();
  std::string input =
      base::base64url_encode(json::serialize(header)) + "." + base::base64url_encode(json::serialize(claims));
  const auto signature = sign_bytes(input, key);
  if (!signature) return signature.error();
  return std::move(input) + "." + base::base64url_encode(*signature);
}

base::Result<Jws> parse_jws(std::string_view token) {
  if (token.size() > token_bytes_max) return base::Error(base::Errc::invalid_argument, "token is too long");
  const auto first = token.find('.');
  const auto last = token.rfind('.');
  if (first == std::string_view::npos || first == last || token.find('.', first + 1) != last) {
    return base::Error(base::Errc::invalid_argument, "token is not three parts");
  }
  const auto header = decode_object(token.substr(0, first), "header");
  if (!header) return header.error();
  auto claims = decode_object(token.substr(first + 1, last - first - 1), "payload");
  if (!claims) return claims.error();
  auto signature = base::base64url_decode(token.substr(last + 1));
  if (!signature) return base::Error(base::Errc::invalid_argument, "token signature is not base64url");
  Jws out;
  out.algorithm = string_member(*header, "alg");
  out.key_id = string_member(*header, "kid");
  out.claims = std::move(*claims);
  out.signing_input = token.substr(0, last);
  out.signature = std::move(*signature);
  return out;
}

bool verify_jws(const Jws& token, const PublicKey& key) {
  if (token.algorithm != algorithm_name(key.algorithm())) return false;
  std::string signature = token.signature;
  if (key.algorithm() == Algorithm::ec_p256) {
    auto der = ecdsa_to_der(signature);
    if (!der) return false;
    signature = std::move(*der);
  }
  openssl::Context context(EVP_MD_CTX_new());
  auto* native = static_cast<EVP_PKEY*>(key.native());
  const bool ok = context &&
                  EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr, native) == 1 &&
                  EVP_DigestVerify(context.get(), bytes(signature), signature.size(),
                                   bytes(token.signing_input), token.signing_input.size()) == 1;
  ERR_clear_error();
  return ok;
}

bool verify_jws(const Jws& token, std::span<const PublicKey> keys) {
  bool named = false;
  for (const auto& key : keys) {
    if (token.key_id.empty() || key.key_id() != token.key_id) continue;
    named = true;
    if (verify_jws(token, key)) return true;
  }
  if (named) return false;
  for (const auto& key : keys) {
    if (verify_jws(token, key)) return true;
  }
  return false;
}

json::object jwk_set(std::span<const PublicKey> keys) {
  json::array list;
  for (const auto& key : keys)
    list.push_back(jwk(key));
  json::object out;
  out["keys"] = std::move(list);
  return out;
}

}  // namespace pki
