#pragma once
#include <memory>
#include <string>
#include <string_view>
#include "base/error.hpp"

/// Keys, certificates and signed tokens: what a cluster's identity rests on. OpenSSL stays in the sources.
namespace pki {

/// The two kinds of key this code base makes and reads.
enum class Algorithm {
  ec_p256,  ///< NIST P-256; signs ES256. Certificates use it.
  rsa,      ///< RSA of 2048 bits or more; signs RS256. Service account tokens use it by default, as upstream.
};

/// The public half of a key. Immutable, cheap to copy, thread-safe.
class PublicKey {
 public:
  /// Reads the first "PUBLIC KEY", "RSA PUBLIC KEY", certificate or private key in `pem` (all of which
  /// --service-account-key-file accepts). Errors: invalid_argument, unsupported (another algorithm or size).
  static base::Result<PublicKey> from_pem(std::string_view pem);

  Algorithm algorithm() const noexcept { return algorithm_; }
  std::string to_pem() const;  ///< SubjectPublicKeyInfo, "BEGIN PUBLIC KEY".
  std::string to_der() const;  ///< SubjectPublicKeyInfo.
  /// Upstream's key id: base64url of the SHA-256 of `to_der()`.
  std::string key_id() const;
  bool operator==(const PublicKey& other) const { return to_der() == other.to_der(); }

  /// The EVP_PKEY* behind it, for this library's sources.
  void* native() const noexcept { return key_.get(); }

 private:
  friend class PrivateKey;
  friend class Certificate;
  PublicKey(std::shared_ptr<void> key, Algorithm algorithm) : key_(std::move(key)), algorithm_(algorithm) {}
  std::shared_ptr<void> key_;
  Algorithm algorithm_;
};

/// A key pair. Immutable, cheap to copy, thread-safe. Its PEM is a secret: never log it.
class PrivateKey {
 public:
  /// Errors: internal when the system's generator fails.
  static base::Result<PrivateKey> generate(Algorithm algorithm);
  /// PKCS #8, SEC 1 or PKCS #1, not encrypted. Errors: invalid_argument, unsupported.
  static base::Result<PrivateKey> from_pem(std::string_view pem);

  Algorithm algorithm() const noexcept { return algorithm_; }
  std::string to_pem() const;  ///< PKCS #8, "BEGIN PRIVATE KEY".
  PublicKey public_key() const;
  void* native() const noexcept { return key_.get(); }

 private:
  PrivateKey(std::shared_ptr<void> key, Algorithm algorithm) : key_(std::move(key)), algorithm_(algorithm) {}
  std::shared_ptr<void> key_;
  Algorithm algorithm_;
};

}  // namespace pki
