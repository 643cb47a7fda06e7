#include "http/revocation.hpp"
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>

namespace http::detail {
namespace {

int tolerate_old_lists(int ok, X509_STORE_CTX* store) {
  switch (X509_STORE_CTX_get_error(store)) {
    case X509_V_ERR_UNABLE_TO_GET_CRL:
    case X509_V_ERR_CRL_HAS_EXPIRED:
    case X509_V_ERR_CRL_NOT_YET_VALID:
    case X509_V_ERR_KEYUSAGE_NO_CRL_SIGN:  // Signed by the issuer all the same.
      X509_STORE_CTX_set_error(store, X509_V_OK);
      return 1;
    default:
      return ok;
  }
}

}  // namespace

base::Result<void> refuse_revoked(SSL_CTX* ctx, const std::string& file) {
  X509_STORE* const store = SSL_CTX_get_cert_store(ctx);
  X509_LOOKUP* const lookup = X509_STORE_add_lookup(store, X509_LOOKUP_file());
  const bool loaded = lookup && (X509_load_crl_file(lookup, file.c_str(), X509_FILETYPE_PEM) > 0 ||
                                 X509_load_crl_file(lookup, file.c_str(), X509_FILETYPE_ASN1) > 0);
  ERR_clear_error();
  if (!loaded)
    return base::Error(base::Errc::invalid_argument,
                       "cannot use " + file + ": not a list of revoked certificates in PEM or DER");
  X509_STORE_set_flags(store, X509_V_FLAG_CRL_CHECK);
  X509_STORE_set_verify_cb(store, tolerate_old_lists);
  return {};
}

}  // namespace http::detail
