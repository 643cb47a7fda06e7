#pragma once
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include "base/async.hpp"
#include "http/client.hpp"

namespace apiserver::proxy {

/// One HTTP client an endpoint, made when first asked for. Thread-safe.
class ClientPool {
 public:
  ClientPool(base::Executor ex, std::shared_ptr<http::TlsContext> tls);
  ~ClientPool();
  std::shared_ptr<http::Client> get(const std::string& endpoint);
  /// Closes the connections.
  void close();

 private:
  base::Executor executor_;
  std::shared_ptr<http::TlsContext> tls_;
  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<http::Client>> clients_;  ///< By endpoint.
};

}  // namespace apiserver::proxy
