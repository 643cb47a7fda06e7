#pragma once
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// The vocabulary of HTTP without its wire form: the same whether HTTP/1.1 or HTTP/2 carried it.
namespace http {

/// Header fields in order of arrival; names compare without case. Small: a vector.
class Headers {
 public:
  /// First value of `name`, or empty.
  std::string_view get(std::string_view name) const noexcept;
  bool has(std::string_view name) const noexcept;
  std::vector<std::string_view> all(std::string_view name) const;
  void add(std::string name, std::string value);
  void set(std::string name, std::string value);  ///< Replaces every field of that name.
  void remove(std::string_view name);
  auto begin() const noexcept { return fields_.begin(); }
  auto end() const noexcept { return fields_.end(); }
  std::size_t size() const noexcept { return fields_.size(); }

 private:
  std::vector<std::pair<std::string, std::string>> fields_;
};

/// Query parameters, percent-decoded, in order.
class Query {
 public:
  /// Parses "a=1&b=2"; undecodable parameters are dropped and counted in `malformed`.
  static Query parse(std::string_view text);
  std::optional<std::string_view> get(std::string_view name) const noexcept;
  std::vector<std::string_view> all(std::string_view name) const;
  bool has(std::string_view name) const noexcept { return get(name).has_value(); }
  void add(std::string name, std::string value);
  std::string encode() const;
  bool empty() const noexcept { return parameters_.empty(); }
  auto begin() const noexcept { return parameters_.begin(); }
  auto end() const noexcept { return parameters_.end(); }
  int malformed = 0;

 private:
  std::vector<std::pair<std::string, std::string>> parameters_;
};

/// What the TLS handshake proved about the peer. Empty common_name: no client certificate was given.
struct PeerCertificate {
  std::string common_name;
  std::vector<std::string> organizations;
  std::vector<std::string> dns_names;
  std::vector<std::string> uris;
  std::string serial;       ///< Hex.
  std::string fingerprint;  ///< SHA-256, hex.
  std::chrono::system_clock::time_point not_after{};
  std::string
      verify_error;  ///< Set, with everything else empty, when a certificate was given that does not verify.
};

/// Immutable bytes shared between writers: one encoding of an event goes to every watcher.
using SharedBytes = std::shared_ptr<const std::string>;
SharedBytes make_bytes(std::string text);

struct Request {
  std::string method = "GET";  ///< Upper case.
  std::string path;            ///< Percent-encoded as sent, without the query; always starts with '/'.
  std::string raw_query;
  Headers headers;
  std::string body;  ///< Client side: sent as is. Server side: use Exchange::read_body.
  std::string host;  ///< Client side: what the Host field says, if not the endpoint's own name.
};

struct Response {
  int status = 200;
  Headers headers;  ///< Content-Length, Date and framing headers are the transport's business.
  std::string body;
  std::vector<SharedBytes> shared_body;  ///< Sent after `body`, without copying.
};

/// "OK", "Not Found", ...
std::string_view reason_phrase(int status) noexcept;

}  // namespace http
