#include "apiserver/service/other_paths.hpp"
#include <sys/utsname.h>
#include <algorithm>
#include "api/decode.hpp"
#include "apiserver/service_account/discovery.hpp"

namespace apiserver {
namespace {

http::Response document(std::string_view type, std::string body) {
  http::Response response;
  response.headers.set("Content-Type", std::string(type));
  response.body = std::move(body);
  return response;
}

/// A document may be asked for with or without its final slash.
std::string_view without_slash(std::string_view path) {
  return path.size() > 1 && path.ends_with('/') ? path.substr(0, path.size() - 1) : path;
}

}  // namespace

std::string platform() {
  utsname host{};
  uname(&host);
  const std::string_view machine(host.machine);
  return std::string("linux/").append(machine == "x86_64"    ? "amd64"
                                      : machine == "aarch64" ? "arm64"
                                                             : machine);
}

std::string version_document() {
  boost::json::object version;
  version["major"] = "1";
  version["minor"] = "35";
  version["emulationMajor"] = "1";
  version["emulationMinor"] = "35";
  version["minCompatibilityMajor"] = "1";
  version["minCompatibilityMinor"] = "34";
  version["gitVersion"] = git_version;
  version["gitCommit"] = "";
  version["gitTreeState"] = "";
  version["buildDate"] = "";
  version["goVersion"] = "";  // Clients that know the type demand the member.
  version["compiler"] = "c++ " __VERSION__;
  version["platform"] = platform();
  return api::encode(version);
}

OtherPaths::OtherPaths(Parts parts) : parts_(std::move(parts)), version_(version_document()) {
  publish({});
}

namespace {

discovery::ResourceList joined(discovery::ResourceList list, const discovery::ResourceList& more) {
  list.insert(list.end(), more.begin(), more.end());
  return list;
}

}  // namespace

OtherPaths::Description::Description(const Parts& parts, More more, const Description* before)
    : discovery(joined(joined(parts.resources, more.defined), more.remote), parts.address),
      openapi(joined(parts.resources, more.defined), std::string(git_version), std::move(more.keep),
              before ? &before->openapi : nullptr, std::move(more.remote_versions)) {}

void OtherPaths::publish(More more) {
  const auto before = description();
  auto next = std::make_shared<const Description>(parts_, std::move(more), before.get());
  std::lock_guard lock(mutex_);
  description_ = std::move(next);
}

std::shared_ptr<const OtherPaths::Description> OtherPaths::description() const {
  std::lock_guard lock(mutex_);
  return description_;
}

std::string OtherPaths::index() const {
  const auto described = description();
  std::vector<std::string> paths = described->discovery.paths();
  for (auto& path : described->openapi.paths())
    paths.push_back(std::move(path));
  for (const auto path :
       {std::string_view("/healthz"), std::string_view("/livez"), std::string_view("/metrics"),
        std::string_view("/readyz"), std::string_view("/version"), service_account::openid_configuration_path,
        service_account::jwks_path})
    paths.emplace_back(path);
  std::sort(paths.begin(), paths.end());
  const boost::json::object document{{"paths", boost::json::array(paths.begin(), paths.end())}};
  return api::encode(document);
}

std::optional<http::Response> OtherPaths::at_once(const http::Request& request,
                                                  const http::Query& query) const {
  const auto path = without_slash(request.path);
  if (frame::Health::is_health_path(path)) return parts_.health->answer(path, query);
  if (auto found = description()->discovery.answer(request.path, request.headers)) return found;
  if (path == "/version") return document("application/json", version_);
  if (path == "/metrics")
    return document("text/plain; version=0.0.4; charset=utf-8", parts_.metrics->expose());
  if (path == service_account::openid_configuration_path)
    return document("application/json", parts_.openid_configuration);
  if (path == service_account::jwks_path) return document(service_account::jwks_content_type, parts_.jwks);
  if (path == "/") return document("application/json", index());
  return {};
}

base::Awaitable<bool> OtherPaths::serve_openapi(http::Exchange& exchange, const http::Query& query) const {
  const auto& request = exchange.request();
  std::optional<http::Response> response;
  const auto described = description();
  // The first answer of a document is some work; a coroutine must not hold up its thread with it.
  co_await base::run_blocking(parts_.blocking, [&] {
    response = described->openapi.answer(without_slash(request.path), query, request.headers);
  });
  if (!response) co_return false;
  co_await exchange.respond(std::move(*response));
  co_return true;
}

base::Awaitable<bool> OtherPaths::serve(http::Exchange& exchange, const http::Query& query) const {
  const auto& request = exchange.request();
  if (request.method != "GET" && request.method != "HEAD") co_return false;
  if (request.path.starts_with("/openapi/")) co_return co_await serve_openapi(exchange, query);
  auto response = at_once(request, query);
  if (!response) co_return false;
  co_await exchange.respond(std::move(*response));
  co_return true;
}

}  // namespace apiserver
