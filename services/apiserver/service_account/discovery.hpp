#pragma once
#include <span>
#include <string>
#include <string_view>
#include "base/error.hpp"
#include "pki/key.hpp"

/// What lets others verify our tokens. Source: OpenID Connect Discovery 1.0; KEP-1393.
namespace apiserver::service_account {

inline constexpr std::string_view openid_configuration_path = "/.well-known/openid-configuration";
inline constexpr std::string_view jwks_path = "/openid/v1/jwks";
inline constexpr std::string_view jwks_content_type = "application/jwk-set+json";

/// The document of /.well-known/openid-configuration (application/json). `jwks_uri` empty:
/// https://EXTERNAL/openid/v1/jwks with `external_address` ("10.0.0.1:6443"). Error: invalid_argument if the
/// issuer is no https URL.
base::Result<std::string> openid_configuration(std::string_view issuer, std::string_view jwks_uri,
                                               std::string_view external_address,
                                               std::span<const pki::PublicKey> keys);
/// The document of /openid/v1/jwks.
std::string jwks(std::span<const pki::PublicKey> keys);

}  // namespace apiserver::service_account
