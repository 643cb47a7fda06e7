#include "raft-store/backup/digest.hpp"
#include <openssl/evp.h>
#include "base/assert.hpp"

namespace raft_store::backup {

struct Digest::Impl {
  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context{EVP_MD_CTX_new(), &EVP_MD_CTX_free};
};

Digest::Digest() : impl_(std::make_unique<Impl>()) {
  const bool ready = impl_->context && EVP_DigestInit_ex(impl_->context.get(), EVP_sha256(), nullptr) == 1;
  COX_ASSERT(ready, "SHA-256 is there");
}
Digest::~Digest() = default;
Digest::Digest(Digest&&) noexcept = default;
Digest& Digest::operator=(Digest&&) noexcept = default;

void Digest::add(std::string_view bytes) {
  const bool added = EVP_DigestUpdate(impl_->context.get(), bytes.data(), bytes.size()) == 1;
  COX_ASSERT(added, "SHA-256 takes bytes");
}

std::string Digest::finish() {
  std::string out(kDigestBytes, '\0');
  const bool done =
      EVP_DigestFinal_ex(impl_->context.get(), reinterpret_cast<unsigned char*>(out.data()), nullptr) == 1;
  COX_ASSERT(done, "SHA-256 ends");
  return out;
}

}  // namespace raft_store::backup
