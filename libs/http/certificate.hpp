#pragma once
#include "http/message.hpp"

struct x509_st;

namespace http::detail {
/// What the API needs of a peer's certificate: names, serial, fingerprint, end.
PeerCertificate describe_certificate(x509_st* certificate);
}  // namespace http::detail
