#pragma once
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>
#include "base/error.hpp"
#include "base/flags.hpp"
#include "http/client.hpp"

namespace coxctl::store {

/// What etcdctl calls --write-out.
enum class Format { simple, table, json, fields };

/// The flags every command takes; etcdctl's names where it has one.
struct Options {
  std::vector<std::string> endpoints = {"https://127.0.0.1:2379"};
  std::string pki, cacert, cert, key;
  bool insecure_skip_tls_verify = false;
  std::chrono::nanoseconds dial_timeout = std::chrono::seconds(2);
  static constexpr std::chrono::seconds command_timeout_default{5};
  std::chrono::nanoseconds command_timeout = command_timeout_default;
  std::string write_out = "simple";
  bool hex = false;

  void add_to(base::Flags& flags);
  /// Takes what the environment has (ETCDCTL_ENDPOINTS and so on; COXCTL_PKI): call it before the command
  /// line is parsed, which wins. `get` is getenv or a test's. Error: invalid_argument naming the variable.
  base::Result<void> take_environment(const std::function<const char*(const char*)>& get);
  /// Checks what concerns no connection. Error: invalid_argument naming the flag.
  base::Result<void> check() const;
  /// Gives endpoints their scheme, fills in what --pki stands for, and checks what a connection needs.
  /// Error: invalid_argument naming the flag and what to do.
  base::Result<void> complete();

  /// Valid after `check`.
  Format format() const;
  std::chrono::milliseconds command_timeout_ms() const;
  /// For what reads or rewrites the whole store: an hour, unless --command-timeout was set.
  std::chrono::milliseconds long_timeout_ms() const;
  /// For any of `at` (tried in order), with this much patience to connect; no connection is made yet.
  /// Error: invalid_argument naming the certificate file that cannot be used.
  base::Result<std::shared_ptr<http::Client>> connect(base::Executor ex, std::vector<std::string> at,
                                                      std::size_t connections_max = 64) const;
};

/// The names of flags of `Options` that take a value, for who looks for a command's words among them.
bool takes_value(std::string_view flag);

/// "127.0.0.1:2379" means https: the store speaks TLS unless it was told not to, and so does this.
std::string with_scheme(const std::string& endpoint);

}  // namespace coxctl::store
