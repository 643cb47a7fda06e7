#include <algorithm>
#include "apiserver/request/handler.hpp"

namespace apiserver::request {
namespace {

using api::StatusError;
using api::StatusOr;

bool serves(const api::ResourceInfo& r, std::string_view verb) {
  return std::find(r.verbs.begin(), r.verbs.end(), verb) != r.verbs.end();
}

StatusError method_not_allowed() {
  StatusError error;
  error.code = 405;
  error.reason = "MethodNotAllowed";
  error.message = "the server does not allow this method on the requested resource";
  return error;
}

/// Creates go to the collection, or to a subresource of a named object; in a namespace if there are any.
bool has_place(const Request& r) {
  const bool named = !r.info.name.empty(), sub = !r.info.subresource.empty();
  const bool in_namespace = !r.resource->namespaced || !r.info.ns.empty();
  const auto& verb = r.info.verb;
  if (verb == "create") return in_namespace && named == sub;
  if (verb == "deletecollection") return in_namespace && !sub;
  return verb == "list" || verb == "watch" || (named && in_namespace);
}

}  // namespace

registry::Call Handler::call_of(const Request& r) const {
  registry::Call call;
  call.resource = r.resource;
  call.body = r.body;
  call.subresource = r.info.subresource;
  if (r.resource->namespaced) call.ns = r.info.ns;
  call.name = r.info.name;
  call.user = r.user;
  call.dry_run = r.dry_run;
  call.warnings = r.warnings;
  call.keep = r.keep;
  return call;
}

registry::Call Handler::call_of(const Request& r, WriteOptions options) const {
  auto call = call_of(r);
  call.dry_run = options.dry_run;
  call.options = std::move(options.body);
  call.manager = options.manager.empty()
                     ? manager_of_user_agent(r.exchange.request().headers.get("User-Agent"))
                     : std::move(options.manager);
  return call;
}

base::Awaitable<StatusOr<void>> Handler::dispatch(Request& r) {
  const auto& verb = r.info.verb;
  const bool log = r.info.resource == "pods" && r.info.subresource == "log";
  if (serves(*r.body, "connect") || (log && verb == "get")) co_return co_await connect(r);
  if (!serves(*r.body, verb) || !has_place(r)) co_return method_not_allowed();
  if (verb == "create") co_return co_await create(r);
  if (verb == "get") co_return co_await get(r);
  if (verb == "list") co_return co_await list(r);
  if (verb == "watch") co_return co_await watch(r);
  if (verb == "update") co_return co_await update(r);
  if (verb == "patch") co_return co_await patch(r);
  if (verb == "delete") co_return co_await remove(r);
  if (verb == "deletecollection") co_return co_await remove_collection(r);
  co_return method_not_allowed();
}

base::Awaitable<StatusOr<void>> Handler::connect(Request& r) {
  const auto to = parts_.connects.find(r.body->resource);
  if (!r.resource->group.empty() || to == parts_.connects.end()) co_return StatusError::path_not_found();
  const auto& method = r.exchange.request().method;
  const bool streams = r.info.subresource != "proxy";  // A proxy takes whatever its other side takes.
  if (streams && method != "GET" && (method != "POST" || r.info.subresource == "log"))
    co_return method_not_allowed();
  if (r.info.name.empty()) co_return method_not_allowed();
  co_return co_await to->second(r);
}

}  // namespace apiserver::request
