#include "apiserver/service/object_writer.hpp"
#include "base/assert.hpp"

namespace apiserver {
namespace {

using api::StatusOr;
using Action = bootstrap::Write::Action;

template <class T>
StatusOr<void> outcome(const StatusOr<T>& result) {
  if (!result) return result.error();
  return {};
}

}  // namespace

authentication::UserInfo server_user() {
  authentication::UserInfo user;
  user.name = "system:apiserver";
  user.groups = {std::string(authentication::privileged_group),
                 std::string(authentication::all_authenticated)};
  return user;
}

registry::Call server_call(std::string_view group, std::string_view version, std::string_view resource,
                           std::string ns, std::string name) {
  registry::Call call;
  call.resource = call.body = api::find_resource(group, version, resource);
  COX_ASSERT(call.resource != nullptr, "the server writes what it has");
  call.ns = std::move(ns);
  call.name = std::move(name);
  call.user = server_user();
  call.manager = "kube-apiserver";
  return call;
}

base::Awaitable<StatusOr<void>> RegistryWriter::write(bootstrap::Write write) {
  auto call =
      server_call(write.group, write.version, write.resource, std::string(api::namespace_of(write.object)),
                  std::string(api::name_of(write.object)));
  if (write.action == Action::create) {
    call.name.clear();
    const auto created = co_await registry_.create(std::move(call), std::move(write.object));
    co_return outcome(created);
  }
  if (write.action == Action::remove) {
    registry::DeleteOptions options;
    if (const auto uid = api::uid_of(write.object); !uid.empty()) options.uid = std::string(uid);
    const auto removed = co_await registry_.remove(std::move(call), std::move(options));
    co_return outcome(removed);
  }
  registry::Change change = [object = std::move(write.object)](const api::Object&) -> StatusOr<api::Object> {
    return object;
  };
  const auto updated = co_await registry_.update(std::move(call), std::move(change));
  co_return outcome(updated);
}

}  // namespace apiserver
