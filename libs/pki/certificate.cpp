#include "pki/certificate.hpp"
#include <arpa/inet.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <ctime>
#include <optional>
#include "base/assert.hpp"
#include "pki/openssl.hpp"

namespace pki {
namespace {

using Names = std::unique_ptr<GENERAL_NAMES, openssl::Deleter<GENERAL_NAMES_free>>;

std::string text_of(const ASN1_STRING* s) {
  return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(s)),
          static_cast<std::size_t>(ASN1_STRING_length(s))};
}

std::vector<std::string> entries(const X509_NAME* name, int nid) {
  std::vector<std::string> out;
  for (int i = X509_NAME_get_index_by_NID(name, nid, -1); i >= 0;
       i = X509_NAME_get_index_by_NID(name, nid, i)) {
    out.push_back(text_of(X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, i))));
  }
  return out;
}

std::string first_entry(const X509_NAME* name, int nid) {
  auto all = entries(name, nid);
  return all.empty() ? std::string() : std::move(all.front());
}

std::optional<base::SystemTime> time_of(const ASN1_TIME* t) {
  std::tm parts{};
  if (ASN1_TIME_to_tm(t, &parts) != 1) return std::nullopt;
  return base::SystemTime(std::chrono::seconds(timegm(&parts)));
}

std::string hex_of(const ASN1_INTEGER* serial) {
  std::string out;
  static constexpr char digits[] = "0123456789abcdef";
  for (const char c : text_of(serial)) {
    const auto b = static_cast<unsigned char>(c);
    out += digits[b >> 4];
    out += digits[b & 15];
  }
  return out;
}

std::string address_text(const ASN1_OCTET_STRING* address) {
  const int size = ASN1_STRING_length(address);
  char text[INET6_ADDRSTRLEN] = {};
  inet_ntop(size == 4 ? AF_INET : AF_INET6, ASN1_STRING_get0_data(address), text, sizeof text);
  return size == 4 || size == 16 ? text : "";
}

void read_alternative_names(X509* x, std::vector<std::string>& dns, std::vector<std::string>& ips) {
  Names names(static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(x, NID_subject_alt_name, nullptr, nullptr)));
  if (!names) return;
  for (int i = 0; i < sk_GENERAL_NAME_num(names.get()); ++i) {
    const GENERAL_NAME* n = sk_GENERAL_NAME_value(names.get(), i);
    if (n->type == GEN_DNS) dns.push_back(text_of(n->d.dNSName));
    if (n->type == GEN_IPADD) ips.push_back(address_text(n->d.iPAddress));
  }
}

}  // namespace

base::Result<Certificate> Certificate::from_pem(std::string_view pem) {
  auto bio = openssl::read_bio(pem);
  X509* x = PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr);
  if (!x) return openssl::failure(base::Errc::invalid_argument, "no certificate in PEM");
  Certificate c;
  c.certificate_ = std::shared_ptr<void>(x, [](void* p) { X509_free(static_cast<X509*>(p)); });
  const auto from = time_of(X509_get0_notBefore(x)), until = time_of(X509_get0_notAfter(x));
  if (!from || !until)
    return base::Error(base::Errc::invalid_argument, "certificate with an unreadable validity");
  c.not_before_ = *from;
  c.not_after_ = *until;
  auto out = openssl::memory_bio();
  COX_ASSERT(PEM_write_bio_X509(out.get(), x) == 1, "a loaded certificate can be written");
  c.pem_ = openssl::contents(out.get());
  c.common_name_ = first_entry(X509_get_subject_name(x), NID_commonName);
  c.organizations_ = entries(X509_get_subject_name(x), NID_organizationName);
  c.issuer_common_name_ = first_entry(X509_get_issuer_name(x), NID_commonName);
  c.serial_ = hex_of(X509_get0_serialNumber(x));
  read_alternative_names(x, c.dns_names_, c.ip_addresses_);
  c.is_ca_ = X509_check_ca(x) == 1;
  const auto usage = X509_get_extension_flags(x) & EXFLAG_XKUSAGE ? X509_get_extended_key_usage(x) : 0;
  c.server_auth_ = (usage & XKU_SSL_SERVER) != 0;
  c.client_auth_ = (usage & XKU_SSL_CLIENT) != 0;
  return c;
}

bool Certificate::signed_by(const Certificate& ca) const {
  auto* x = static_cast<X509*>(native());
  auto* issuer = static_cast<X509*>(ca.native());
  const bool ok = X509_check_issued(issuer, x) == X509_V_OK && X509_verify(x, X509_get0_pubkey(issuer)) == 1;
  ERR_clear_error();
  return ok;
}

bool Certificate::belongs_to(const PrivateKey& key) const {
  const bool ok =
      X509_check_private_key(static_cast<X509*>(native()), static_cast<EVP_PKEY*>(key.native())) == 1;
  ERR_clear_error();
  return ok;
}

}  // namespace pki
