#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cel {

/// A URL taken apart as Go's net/url does.
struct Url {
  std::string scheme;  ///< Lower case.
  std::string host;    ///< With the port, without user and password.
  std::string path;    ///< Escaped.
  std::string query;   ///< As written.

  std::string_view hostname() const noexcept;  ///< Without port and brackets.
  std::string_view port() const noexcept;      ///< Or "".
  /// Keys and values in their order, decoded; what cannot be decoded is left out.
  std::vector<std::pair<std::string, std::string>> query_values() const;
};

/// An absolute URI or an absolute path (url.ParseRequestURI), a fragment cut off. Empty, with `problem` as Go
/// words it, for others.
std::optional<Url> parse_url(std::string_view text, std::string& problem);

}  // namespace cel
