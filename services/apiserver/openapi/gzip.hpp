#pragma once
#include <string>
#include <string_view>

namespace apiserver::openapi {

/// `text` in gzip form (RFC 1952), and back. `gunzip` is for what `gzip` made: anything else is a bug and
/// asserts.
std::string gzip(std::string_view text);
std::string gunzip(std::string_view bytes);

}  // namespace apiserver::openapi
