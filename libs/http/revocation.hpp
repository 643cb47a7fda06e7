#pragma once
#include <string>
#include "base/error.hpp"

struct ssl_ctx_st;

namespace http::detail {
/// Certificates that the list in the file (PEM or DER) names do not verify any more. The list must be signed
/// by the issuer of the certificates; that it is old, or says nothing of another issuer's, refuses nobody, as
/// in etcd. Error: invalid_argument naming the file.
base::Result<void> refuse_revoked(ssl_ctx_st* ctx, const std::string& file);
}  // namespace http::detail
