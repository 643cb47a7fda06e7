#include "raft-store/gateway/watch.hpp"

namespace raft_store::gateway {

WatchService::WatchService(Core& core, base::Latch closing, WatchServiceOptions options,
                           base::metrics::Registry& registry)
    : core_(core),
      closing_(std::move(closing)),
      options_(options),
      streams_(registry.gauge("etcd_debugging_mvcc_watch_stream_total", "Open streams of watches.")) {}

void WatchService::add_to(Routes& routes) {
  routes.add("/v3/watch", "etcdserverpb.Watch", "Watch",
             Streaming([this](http::Exchange& exchange, Form form) { return serve(exchange, form); }));
}

base::Awaitable<base::Result<void>> WatchService::serve(http::Exchange& exchange, Form form) {
  streams_.add(1);
  const std::shared_ptr<void> counted(nullptr, [this](void*) { streams_.add(-1); });
  WatchSession session(core_, options_, exchange, form);
  co_return co_await session.run(closing_);
}

}  // namespace raft_store::gateway
