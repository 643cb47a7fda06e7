#pragma once
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <memory>
#include <string>
#include <string_view>
#include "base/error.hpp"

/// Owners for OpenSSL's objects, for this library's sources only.
namespace pki::openssl {

template <auto Free>
struct Deleter {
  template <class T>
  void operator()(T* p) const noexcept {
    Free(p);
  }
};
using Bio = std::unique_ptr<BIO, Deleter<BIO_free_all>>;
using X509Ptr = std::unique_ptr<X509, Deleter<X509_free>>;
using Context = std::unique_ptr<EVP_MD_CTX, Deleter<EVP_MD_CTX_free>>;

inline Bio memory_bio() {
  return Bio(BIO_new(BIO_s_mem()));
}
inline Bio read_bio(std::string_view text) {
  return Bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}
inline std::string contents(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  return std::string(data, static_cast<std::size_t>(size));
}

/// `what: <OpenSSL's own reason>`; empties the thread's error queue.
inline base::Error failure(base::Errc code, std::string what) {
  const unsigned long e = ERR_peek_last_error();
  ERR_clear_error();
  if (e != 0) {
    if (const char* reason = ERR_reason_error_string(e)) what += std::string(": ") + reason;
  }
  return base::Error(code, std::move(what));
}

}  // namespace pki::openssl
