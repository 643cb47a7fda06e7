#include "http/certificate.hpp"
#include <openssl/bn.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <ctime>
#include "base/encoding.hpp"

namespace http::detail {
namespace {

std::string text_of(const ASN1_STRING* s) {
  unsigned char* utf8 = nullptr;
  const int n = ASN1_STRING_to_UTF8(&utf8, s);
  if (n < 0) return {};
  std::string out(reinterpret_cast<char*>(utf8), static_cast<std::size_t>(n));
  OPENSSL_free(utf8);
  return out;
}

std::vector<std::string> names(X509* certificate, int nid) {
  std::vector<std::string> out;
  X509_NAME* subject = X509_get_subject_name(certificate);
  for (int i = -1; (i = X509_NAME_get_index_by_NID(subject, nid, i)) >= 0;)
    out.push_back(text_of(X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, i))));
  return out;
}

std::vector<std::string> alternatives(X509* certificate, int type) {
  std::vector<std::string> out;
  auto* list =
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr));
  for (int i = 0; i < sk_GENERAL_NAME_num(list); ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(list, i);
    if (name->type == type) out.push_back(text_of(name->d.ia5));
  }
  GENERAL_NAMES_free(list);
  return out;
}

std::string serial_of(X509* certificate) {
  BIGNUM* number = ASN1_INTEGER_to_BN(X509_get0_serialNumber(certificate), nullptr);
  char* hex = BN_bn2hex(number);
  std::string out = hex ? hex : "";
  OPENSSL_free(hex);
  BN_free(number);
  return out;
}

std::string fingerprint_of(X509* certificate) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  if (X509_digest(certificate, EVP_sha256(), digest, &size) != 1) return {};
  return base::hex_encode({reinterpret_cast<char*>(digest), size});
}

}  // namespace

PeerCertificate describe_certificate(x509_st* certificate) {
  PeerCertificate out;
  const auto common = names(certificate, NID_commonName);
  if (!common.empty()) out.common_name = common.back();
  out.organizations = names(certificate, NID_organizationName);
  out.dns_names = alternatives(certificate, GEN_DNS);
  out.uris = alternatives(certificate, GEN_URI);
  out.serial = serial_of(certificate);
  out.fingerprint = fingerprint_of(certificate);
  std::tm end{};
  if (ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &end) == 1)
    out.not_after = std::chrono::system_clock::from_time_t(timegm(&end));
  return out;
}

}  // namespace http::detail
