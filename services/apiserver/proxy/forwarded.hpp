#pragma once
#include <string>
#include <string_view>
#include "http/message.hpp"

/// What a proxy changes of the messages that it passes on. Pure.
/// Source: RFC 9110 section 7.6 (hop-by-hop fields, intermediaries).
namespace apiserver::proxy {

/// The request for the other side. `rest` is its path as the client wrote it; the query goes along.
http::Request forwarded_request(const http::Request& asked, const std::string& remote_address,
                                std::string_view rest);

/// The answer's header fields for the client. A Location on `endpoint` or without a host is put behind
/// `prefix`, the path under which the client reaches it.
http::Headers returned_headers(const http::Headers& from, std::string_view endpoint, std::string_view prefix);

}  // namespace apiserver::proxy
