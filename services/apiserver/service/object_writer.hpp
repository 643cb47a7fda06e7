#pragma once
#include "apiserver/bootstrap/bootstrap.hpp"
#include "apiserver/registry/registry.hpp"

namespace apiserver {

/// Who the server is when it writes itself: system:apiserver, of the group that may do everything.
authentication::UserInfo server_user();
/// A call as that user on a resource of a served version.
registry::Call server_call(std::string_view group, std::string_view version, std::string_view resource,
                           std::string ns, std::string name);

/// The server's own writes: through the registry, as a request's, without authentication and authorization.
class RegistryWriter final : public bootstrap::ObjectWriter {
 public:
  /// `registry` outlives the writer.
  explicit RegistryWriter(registry::Registry& registry) : registry_(registry) {}
  base::Awaitable<api::StatusOr<void>> write(bootstrap::Write write) override;

 private:
  registry::Registry& registry_;
};

}  // namespace apiserver
