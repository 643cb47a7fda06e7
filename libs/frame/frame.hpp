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

/// The frame every daemon has: common flags (--v, --logging-format, --config, --help, --version), logging,
/// runtime, signals, and the operator's endpoints /livez /readyz /healthz /metrics /version.
namespace frame {

/// Named checks behind /livez and /readyz. Thread-safe; checks must be quick and must not block.
class Health {
 public:
  using Check = std::function<base::Result<void>()>;
  enum class Kind { live, ready, both };
  void add(std::string name, Kind kind, Check check);
  /// Upstream's answers: "ok", with ?verbose a line a check ("[+]etcd ok"), ?exclude=name leaves one out,
  /// /readyz/<name> a single one; 500 with the failed names otherwise. `path` as requested.
  http::Response answer(std::string_view path, const http::Query& query) const;
  static bool is_health_path(std::string_view path) noexcept;  ///< /livez, /readyz, /healthz and below.

 private:
  struct Entry { std::string name; Kind kind; Check check; };
  mutable std::mutex mutex_;
  std::vector<Entry> entries_;
};

/// Answers /livez /readyz /healthz /metrics /version; false if the path is none of these.
base::Awaitable<bool> serve_ops(http::Exchange& exchange, const Health& health, const base::metrics::Registry& metrics);

/// A small server with only those endpoints, for daemons that serve nothing else (scheduler, controllers).
base::Result<std::unique_ptr<http::Server>> listen_ops(base::Runtime& runtime, http::ServerOptions options,
                                                       const Health& health);

/// `main` of every daemon: adds the common flags to `flags`, reads --config (a YAML file in `apply_config`'s format)
/// and the command line, sets up logging, then runs `service` on a Runtime.
/// Returns the process's exit code: 0; 1 when the service failed; 2 for wrong flags or configuration.
int run(int argc, char** argv, base::Flags& flags, std::function<base::Awaitable<int>(base::Runtime&)> service,
        base::Runtime::Options options = {});

}  // namespace frame
