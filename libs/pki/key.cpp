#include "pki/key.hpp"
#include <openssl/core_names.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <optional>
#include "base/assert.hpp"
#include "base/encoding.hpp"
#include "pki/openssl.hpp"

namespace pki {
namespace {

using openssl::failure;
constexpr int rsa_bits = 2048;

std::shared_ptr<void> own(EVP_PKEY* key) {
  return std::shared_ptr<void>(key, [](void* p) { EVP_PKEY_free(static_cast<EVP_PKEY*>(p)); });
}

EVP_PKEY* raw(const std::shared_ptr<void>& key) {
  return static_cast<EVP_PKEY*>(key.get());
}

std::optional<Algorithm> algorithm_of(EVP_PKEY* key) {
  if (EVP_PKEY_is_a(key, "RSA") && EVP_PKEY_get_bits(key) >= rsa_bits) return Algorithm::rsa;
  char group[64] = {};
  if (EVP_PKEY_is_a(key, "EC") && EVP_PKEY_get_group_name(key, group, sizeof group, nullptr) == 1 &&
      std::string_view(group) == "prime256v1") {
    return Algorithm::ec_p256;
  }
  return std::nullopt;
}

base::Error unsupported_key() {
  return base::Error(base::Errc::unsupported, "key is neither RSA of 2048 bits or more nor EC P-256");
}

// A passphrase is never asked for: an encrypted key fails to parse instead of blocking on a terminal.
int no_passphrase(char*, int, int, void*) {
  return 0;
}

EVP_PKEY* read_private(std::string_view pem) {
  auto bio = openssl::read_bio(pem);
  return PEM_read_bio_PrivateKey(bio.get(), nullptr, no_passphrase, nullptr);
}

EVP_PKEY* read_public(std::string_view pem) {
  auto bio = openssl::read_bio(pem);
  if (pem.find("-----BEGIN CERTIFICATE-----") != std::string_view::npos) {
    openssl::X509Ptr certificate(PEM_read_bio_X509(bio.get(), nullptr, no_passphrase, nullptr));
    return certificate ? X509_get_pubkey(certificate.get()) : nullptr;
  }
  if (pem.find("PRIVATE KEY-----") != std::string_view::npos) return read_private(pem);
  return PEM_read_bio_PUBKEY(bio.get(), nullptr, no_passphrase, nullptr);
}

}  // namespace

base::Result<PublicKey> PublicKey::from_pem(std::string_view pem) {
  EVP_PKEY* key = read_public(pem);
  if (!key) return failure(base::Errc::invalid_argument, "no public key in PEM");
  auto owned = own(key);
  const auto algorithm = algorithm_of(key);
  if (!algorithm) return unsupported_key();
  return PublicKey(std::move(owned), *algorithm);
}

std::string PublicKey::to_pem() const {
  auto bio = openssl::memory_bio();
  COX_ASSERT(PEM_write_bio_PUBKEY(bio.get(), raw(key_)) == 1, "a loaded key can be written");
  return openssl::contents(bio.get());
}

std::string PublicKey::to_der() const {
  auto bio = openssl::memory_bio();
  COX_ASSERT(i2d_PUBKEY_bio(bio.get(), raw(key_)) == 1, "a loaded key can be written");
  return openssl::contents(bio.get());
}

std::string PublicKey::key_id() const {
  const std::string der = to_der();
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  COX_ASSERT(EVP_Digest(der.data(), der.size(), digest, &size, EVP_sha256(), nullptr) == 1,
             "SHA-256 is built in");
  return base::base64url_encode({reinterpret_cast<const char*>(digest), size});
}

base::Result<PrivateKey> PrivateKey::generate(Algorithm algorithm) {
  EVP_PKEY* key = algorithm == Algorithm::rsa
                      ? EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", std::size_t{rsa_bits})
                      : EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256");
  if (!key) return failure(base::Errc::internal, "key generation failed");
  return PrivateKey(own(key), algorithm);
}

base::Result<PrivateKey> PrivateKey::from_pem(std::string_view pem) {
  EVP_PKEY* key = read_private(pem);
  if (!key) return failure(base::Errc::invalid_argument, "no private key in PEM");
  auto owned = own(key);
  const auto algorithm = algorithm_of(key);
  if (!algorithm) return unsupported_key();
  return PrivateKey(std::move(owned), *algorithm);
}

std::string PrivateKey::to_pem() const {
  auto bio = openssl::memory_bio();
  COX_ASSERT(PEM_write_bio_PKCS8PrivateKey(bio.get(), raw(key_), nullptr, nullptr, 0, nullptr, nullptr) == 1,
             "a loaded key can be written");
  return openssl::contents(bio.get());
}

PublicKey PrivateKey::public_key() const {
  return PublicKey(key_, algorithm_);
}

}  // namespace pki
