#include <arpa/inet.h>
#include <openssl/bn.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <algorithm>
#include "pki/certificate.hpp"
#include "pki/openssl.hpp"

namespace pki {
namespace {

using openssl::failure;
using Extension = std::unique_ptr<X509_EXTENSION, openssl::Deleter<X509_EXTENSION_free>>;
using BigNumber = std::unique_ptr<BIGNUM, openssl::Deleter<BN_free>>;

base::Error bad(std::string what) {
  return base::Error(base::Errc::invalid_argument, std::move(what));
}

std::time_t seconds_of(base::SystemTime t) {
  return std::chrono::duration_cast<std::chrono::seconds>(t.time_since_epoch()).count();
}

bool add_extension(X509* x, X509* issuer, int nid, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer, x, nullptr, nullptr, 0);
  Extension extension(X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str()));
  return extension && X509_add_ext(x, extension.get(), -1) == 1;
}

bool add_entry(X509_NAME* name, const char* field, const std::string& text) {
  return X509_NAME_add_entry_by_txt(name, field, MBSTRING_UTF8,
                                    reinterpret_cast<const unsigned char*>(text.data()),
                                    static_cast<int>(text.size()), -1, 0) == 1;
}

bool set_random_serial(X509* x) {
  BigNumber n(BN_new());
  return n && BN_rand(n.get(), 127, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY) == 1 &&
         BN_to_ASN1_INTEGER(n.get(), X509_get_serialNumber(x)) != nullptr;
}

bool is_address(const std::string& text) {
  unsigned char buffer[16];
  return inet_pton(AF_INET, text.c_str(), buffer) == 1 || inet_pton(AF_INET6, text.c_str(), buffer) == 1;
}

// The extension's value has a syntax of its own, in which a comma starts the next name.
bool is_dns_name(const std::string& text) {
  return !text.empty() && text.size() <= 253 && std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return std::isalnum(c) || c == '-' || c == '.' || c == '*' || c == '_';
  });
}

base::Result<std::string> alternative_names(const CertificateSpec& spec) {
  std::string out;
  for (const auto& name : spec.dns_names) {
    if (!is_dns_name(name)) return bad("\"" + name + "\" is not a DNS name");
    out += (out.empty() ? "DNS:" : ",DNS:") + name;
  }
  for (const auto& address : spec.ip_addresses) {
    if (!is_address(address)) return bad("\"" + address + "\" is not an IP address");
    out += (out.empty() ? "IP:" : ",IP:") + address;
  }
  return out;
}

base::Result<openssl::X509Ptr> start(const CertificateSpec& spec, EVP_PKEY* subject_key) {
  if (spec.common_name.empty()) return bad("a certificate needs a common name");
  if (spec.not_before >= spec.not_after) return bad("a certificate must start before it ends");
  openssl::X509Ptr x(X509_new());
  bool ok = x && X509_set_version(x.get(), X509_VERSION_3) == 1 && set_random_serial(x.get()) &&
            ASN1_TIME_set(X509_getm_notBefore(x.get()), seconds_of(spec.not_before)) &&
            ASN1_TIME_set(X509_getm_notAfter(x.get()), seconds_of(spec.not_after)) &&
            X509_set_pubkey(x.get(), subject_key) == 1;
  X509_NAME* name = ok ? X509_get_subject_name(x.get()) : nullptr;
  for (const auto& o : spec.organizations) {
    ok = ok && add_entry(name, "O", o);
  }
  ok = ok && add_entry(name, "CN", spec.common_name);
  if (!ok) return failure(base::Errc::internal, "certificate \"" + spec.common_name + "\"");
  return x;
}

base::Result<Certificate> sign(openssl::X509Ptr x, const PrivateKey& key) {
  if (X509_sign(x.get(), static_cast<EVP_PKEY*>(key.native()), EVP_sha256()) == 0) {
    return failure(base::Errc::internal, "signing a certificate");
  }
  auto bio = openssl::memory_bio();
  if (PEM_write_bio_X509(bio.get(), x.get()) != 1)
    return failure(base::Errc::internal, "writing a certificate");
  return Certificate::from_pem(openssl::contents(bio.get()));
}

const char* extended_usage(const CertificateSpec& spec) {
  if (spec.server_auth && spec.client_auth) return "serverAuth,clientAuth";
  if (spec.server_auth) return "serverAuth";
  return spec.client_auth ? "clientAuth" : nullptr;
}

}  // namespace

base::Result<Authority> create_authority(const CertificateSpec& spec) {
  auto key = PrivateKey::generate(Algorithm::ec_p256);
  if (!key) return key.error();
  return create_authority(spec, std::move(*key));
}

base::Result<Authority> create_authority(const CertificateSpec& spec, PrivateKey key) {
  auto started = start(spec, static_cast<EVP_PKEY*>(key.native()));
  if (!started) return started.error();
  auto x = std::move(*started);
  if (X509_set_issuer_name(x.get(), X509_get_subject_name(x.get())) != 1 ||
      !add_extension(x.get(), x.get(), NID_basic_constraints, "critical,CA:TRUE") ||
      !add_extension(x.get(), x.get(), NID_key_usage,
                     "critical,digitalSignature,keyEncipherment,keyCertSign") ||
      !add_extension(x.get(), x.get(), NID_subject_key_identifier, "hash")) {
    return failure(base::Errc::internal, "certificate authority \"" + spec.common_name + "\"");
  }
  auto certificate = sign(std::move(x), key);
  if (!certificate) return certificate.error();
  return Authority{std::move(*certificate), std::move(key)};
}

base::Result<Certificate> issue(const CertificateSpec& wanted, const PublicKey& subject_key,
                                const Authority& authority) {
  CertificateSpec spec = wanted;
  spec.not_after = std::min(spec.not_after, authority.certificate.not_after());
  const auto names = alternative_names(spec);
  if (!names) return names.error();
  auto started = start(spec, static_cast<EVP_PKEY*>(subject_key.native()));
  if (!started) return started.error();
  auto x = std::move(*started);
  auto* issuer = static_cast<X509*>(authority.certificate.native());
  bool ok = X509_set_issuer_name(x.get(), X509_get_subject_name(issuer)) == 1 &&
            add_extension(x.get(), issuer, NID_basic_constraints, "critical,CA:FALSE") &&
            add_extension(x.get(), issuer, NID_key_usage, "critical,digitalSignature,keyEncipherment") &&
            add_extension(x.get(), issuer, NID_authority_key_identifier, "keyid");
  if (const char* usage = extended_usage(spec))
    ok = ok && add_extension(x.get(), issuer, NID_ext_key_usage, usage);
  if (!names->empty()) ok = ok && add_extension(x.get(), issuer, NID_subject_alt_name, *names);
  if (!ok) return failure(base::Errc::internal, "certificate \"" + spec.common_name + "\"");
  return sign(std::move(x), authority.key);
}

}  // namespace pki
