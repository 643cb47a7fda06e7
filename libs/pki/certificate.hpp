#pragma once
#include <chrono>
#include <string>
#include <string_view>
#include <vector>
#include "base/clock.hpp"
#include "base/error.hpp"
#include "pki/key.hpp"

namespace pki {

/// What a certificate is to say. Times are truncated to whole seconds (RFC 5280).
struct CertificateSpec {
  std::string common_name;
  std::vector<std::string> organizations;
  std::vector<std::string> dns_names;     ///< "localhost", "*.example.org".
  std::vector<std::string> ip_addresses;  ///< Textual IPv4 or IPv6.
  bool server_auth = false;               ///< Extended key usage; a peer certificate sets both.
  bool client_auth = false;
  base::SystemTime not_before;
  base::SystemTime not_after;
};

/// An X.509 certificate. Immutable, cheap to copy.
class Certificate {
 public:
  /// The first certificate in `pem`. Error: invalid_argument.
  static base::Result<Certificate> from_pem(std::string_view pem);

  const std::string& pem() const noexcept { return pem_; }
  const std::string& common_name() const noexcept { return common_name_; }
  const std::string& issuer_common_name() const noexcept { return issuer_common_name_; }
  const std::vector<std::string>& organizations() const noexcept { return organizations_; }
  const std::vector<std::string>& dns_names() const noexcept { return dns_names_; }
  const std::vector<std::string>& ip_addresses() const noexcept { return ip_addresses_; }
  const std::string& serial() const noexcept { return serial_; }  ///< Lower-case hex.
  base::SystemTime not_before() const noexcept { return not_before_; }
  base::SystemTime not_after() const noexcept { return not_after_; }
  bool is_ca() const noexcept { return is_ca_; }
  bool server_auth() const noexcept { return server_auth_; }
  bool client_auth() const noexcept { return client_auth_; }

  /// True if `ca`'s key signed this certificate (times are not looked at).
  bool signed_by(const Certificate& ca) const;
  /// True if `key` is the one this certificate speaks for.
  bool belongs_to(const PrivateKey& key) const;
  bool valid_at(base::SystemTime t) const noexcept { return not_before_ <= t && t < not_after_; }
  void* native() const noexcept { return certificate_.get(); }  ///< X509*, for this library's sources.

 private:
  Certificate() = default;
  std::shared_ptr<void> certificate_;
  std::string pem_, common_name_, issuer_common_name_, serial_;
  std::vector<std::string> organizations_, dns_names_, ip_addresses_;
  base::SystemTime not_before_{}, not_after_{};
  bool is_ca_ = false, server_auth_ = false, client_auth_ = false;
};

/// A certificate authority: its certificate and key, which belong together.
struct Authority {
  Certificate certificate;
  PrivateKey key;
};

/// A self-signed authority with a fresh P-256 key. Only names and times of `spec` are used.
/// Errors: invalid_argument (empty name, times in the wrong order), internal.
base::Result<Authority> create_authority(const CertificateSpec& spec);
/// The same for a key that exists: a renewal, after which everything signed before still verifies.
base::Result<Authority> create_authority(const CertificateSpec& spec, PrivateKey key);

/// A certificate for `subject_key` signed by `authority`, with a random serial of 127 bits. Never reaches
/// past the authority's own not_after. Errors: invalid_argument naming the wrong field, internal.
base::Result<Certificate> issue(const CertificateSpec& spec, const PublicKey& subject_key,
                                const Authority& authority);

}  // namespace pki
