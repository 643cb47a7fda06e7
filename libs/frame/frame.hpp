#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>
#include "base/flags.hpp"
#include "base/runtime.hpp"
#include "http/server.hpp"

/// The frame every daemon has: common flags (--v, --logging-format, --flags-file, --help, --version),
/// logging, runtime, signals, and the operator's endpoints /livez /readyz /healthz /metrics /version.
namespace frame {

/// Named checks behind /livez and /readyz. Thread-safe; checks must be quick and must not block.
class Health {
 public:
  using Check = std::function<base::Result<void>()>;
  enum class Kind { live, ready, both };
  void add(std::string name, Kind kind, Check check);
  /// Upstream's answers: "ok", with ?verbose a line a check ("[+]etcd ok"), ?exclude=name leaves one out,
  /// /readyz/<name> a single one and why it failed; 500 with the failed names otherwise. `path` as requested.
  http::Response answer(std::string_view path, const http::Query& query) const;
  static bool is_health_path(std::string_view path) noexcept;  ///< /livez, /readyz, /healthz and below.

 private:
  struct Entry {
    std::string name;
    Kind kind;
    Check check;
  };
  http::Response one(std::string_view root, std::string_view name) const;
  mutable std::mutex mutex_;
  std::vector<Entry> entries_;
};

/// Answers /livez /readyz /healthz /metrics /version; false if the path is none of these.
base::Awaitable<bool> serve_ops(http::Exchange& exchange, const Health& health,
                                const base::metrics::Registry& metrics);

/// A small server with only those endpoints, for daemons that serve nothing else (scheduler, controllers).
/// /metrics answers loopback and callers with a verified client certificate. `health` must outlive the
/// server.
base::Result<std::unique_ptr<http::Server>> listen_ops(base::Runtime& runtime, http::ServerOptions options,
                                                       const Health& health);

/// The serving flags daemons share: --bind-address, --secure-port, --tls-cert-file, --tls-private-key-file,
/// --client-ca-file.
struct ServingFlags {
  std::string bind_address = "0.0.0.0";
  int secure_port = 0;
  std::string tls_cert_file, tls_private_key_file, client_ca_file;

  void add_to(base::Flags& flags);
  /// Server options with TLS. Without certificate files a self-signed certificate is made that lasts as long
  /// as the process. Client certificates are verified when given and --client-ca-file is set. Errors:
  /// invalid_argument naming the flag or file.
  base::Result<http::ServerOptions> options(const std::string& name) const;
};

/// `main` of every daemon: adds the common flags to `flags`, reads --flags-file (a YAML mapping from flag
/// names to values; the command line comes after it and wins), sets up logging, then runs `service` on a
/// Runtime. Returns the process's exit code: 0; 1 when the service failed; 2 for wrong flags or
/// configuration.
int run(int argc, char** argv, base::Flags& flags,
        std::function<base::Awaitable<int>(base::Runtime&)> service, base::Runtime::Options options = {});

}  // namespace frame
