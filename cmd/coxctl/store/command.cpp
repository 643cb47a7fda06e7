#include "coxctl/store/command.hpp"

namespace coxctl::store {

base::Result<Api> Context::cluster() {
  auto client = options.connect(runtime.executor(), options.endpoints);
  if (!client) return client.error();
  return Api(std::move(*client), options.command_timeout_ms(), true);
}

base::Result<Api> Context::member(const std::string& endpoint) {
  auto client = options.connect(runtime.executor(), {endpoint});
  if (!client) return client.error();
  return Api(std::move(*client), options.command_timeout_ms(), false);
}

}  // namespace coxctl::store
