#include "apiserver/service/daemon.hpp"
#include "apiserver/service/service.hpp"
#include "base/log.hpp"
#include "http/client.hpp"
#include "storage/remote_store.hpp"

namespace apiserver {
namespace {

/// Watches hold a connection each; what writes come together is bounded by --max-mutating-requests-inflight.
constexpr std::size_t store_connections_max = 256;

/// A connection pool a member of the store.
std::vector<storage::RemoteEndpoint> store_endpoints(base::Runtime& runtime, const Options& options,
                                                     const Settings& settings) {
  std::vector<storage::RemoteEndpoint> endpoints;
  for (const std::string& url : options.etcd_servers) {
    http::ClientOptions client;
    client.endpoints = {url};
    client.tls = settings.store_tls;
    client.connections_max = store_connections_max;
    client.user_agent = "apiserver";
    endpoints.push_back({url, http::Client::create(runtime.executor(), std::move(client))});
  }
  return endpoints;
}

int refuse(const base::Error& error, int code) {
  base::log::error("cannot start", {{"error", error}});
  return code;
}

/// Says in the log when the server can do its work, and until then what it waits for.
base::Awaitable<void> announce(const Service& service, std::chrono::steady_clock::time_point started) {
  using Seconds = std::chrono::duration<double>;
  const auto passed = [started] { return std::chrono::steady_clock::now() - started; };
  std::chrono::nanoseconds tell_at = std::chrono::seconds(1);
  bool more = true;
  while (more && !service.ready()) {
    if (passed() >= tell_at) {
      base::log::info("waiting", {{"for", service.waiting_for()}, {"seconds", Seconds(passed()).count()}});
      tell_at += std::chrono::seconds(5);
    }
    more = co_await base::sleep_for(std::chrono::milliseconds(20));
  }
  if (more) base::log::info("ready", {{"seconds", Seconds(passed()).count()}});
}

}  // namespace

base::Runtime::Options runtime_options() {
  base::Runtime::Options options;
  options.drain_timeout = std::chrono::minutes(5);
  return options;
}

base::Awaitable<int> run_daemon(base::Runtime& runtime, const Options& options) {
  const auto started = std::chrono::steady_clock::now();
  auto settings = read_settings(options);
  if (!settings) co_return refuse(settings.error(), 2);
  auto serving = options.serving.options("apiserver");
  if (!serving) co_return refuse(serving.error(), 2);
  const auto endpoints = store_endpoints(runtime, options, *settings);
  const auto store = std::make_shared<storage::RemoteStore>(endpoints);
  const auto feed_endpoints = store_endpoints(runtime, options, *settings);
  const auto feed_store = std::make_shared<storage::RemoteStore>(feed_endpoints);
  Service service(runtime, std::move(*settings), store, base::Clock::real(), feed_store);
  if (auto listening = service.start(std::move(*serving)); !listening) co_return refuse(listening.error(), 1);
  base::log::info("serving", {{"address", options.serving.bind_address}, {"port", service.port()}});
  base::TaskGroup tasks(runtime.make_strand(), "apiserver start");
  tasks.spawn("announce", [&] { return announce(service, started); });
  base::TaskGroup watching(runtime.make_strand(), "store endpoints");
  for (const auto& each : {store, feed_store})
    watching.spawn("look after endpoints", [each] { return each->look_after_endpoints(); });
  co_await runtime.stop_requested();
  tasks.cancel();
  co_await tasks.join();
  co_await service.stop();
  watching.cancel();
  co_await watching.join();
  for (const auto* group : {&endpoints, &feed_endpoints})
    for (const auto& endpoint : *group)
      endpoint.client->close();
  base::log::info("stopped", {});
  co_return 0;
}

}  // namespace apiserver
