#pragma once
#include <string>
#include <string_view>
#include "base/error.hpp"

namespace base {
std::string base64_encode(std::string_view bytes);
void base64_append(std::string& out, std::string_view bytes);
/// Standard alphabet, padding required. Error: invalid_argument.
Result<std::string> base64_decode(std::string_view text);
std::string base64url_encode(std::string_view bytes);  ///< No padding (RFC 7515).
Result<std::string> base64url_decode(std::string_view text);
std::string hex_encode(std::string_view bytes);
std::string percent_encode(std::string_view text);  ///< Everything but RFC 3986 unreserved characters.
Result<std::string> percent_decode(std::string_view text);
/// True for well-formed UTF-8: shortest forms only, no surrogates (RFC 3629).
bool is_valid_utf8(std::string_view text) noexcept;
}  // namespace base
