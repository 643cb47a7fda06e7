#pragma once
#include <memory>
#include <string>
#include "base/async.hpp"
#include "client/kubeconfig.hpp"
#include "http/client.hpp"

/// The API server under test, with only what every Kubernetes API server has.
namespace bench {

class Target {
 public:
  Target(base::Executor ex, const client::Config& config, std::string ns, std::size_t connections);

  /// Creates the namespace, and the service account where nothing else makes it.
  base::Awaitable<base::Result<void>> prepare();
  /// Deletes every pod of the namespace at once, waits until none is left, then the namespace.
  base::Awaitable<base::Result<void>> clean();

  /// A pod of about 1 KB. With `scheduled` false no scheduler takes it: its scheduler's name is nobody's.
  base::Awaitable<base::Result<void>> create_pod(std::string name, bool scheduled);
  base::Awaitable<base::Result<void>> get_pod(std::string name);
  base::Awaitable<base::Result<void>> delete_pod(std::string name);
  /// Sets a label: one event for every watcher.
  base::Awaitable<base::Result<void>> touch_pod(std::string name, std::int64_t value);
  /// Bytes of the answer.
  base::Awaitable<base::Result<std::size_t>> list_pods();
  base::Awaitable<base::Result<std::string>> list_body(std::string query);
  /// From now on, or from `resource_version`.
  base::Awaitable<base::Result<std::unique_ptr<http::ResponseStream>>> watch_pods(
      std::string resource_version);
  base::Awaitable<base::Result<std::string>> server_version();
  void close() { client_->close(); }

 private:
  base::Awaitable<base::Result<std::string>> call(std::string method, std::string path, std::string query,
                                                  std::string body, std::string type = "application/json");

  std::shared_ptr<http::Client> client_;
  std::string token_, ns_, pods_;
};

}  // namespace bench
