#include "raft-store/gateway/watch.hpp"

namespace raft_store::gateway {

void WatchService::add_to(Routes& routes) {
  routes.add("/v3/watch", "etcdserverpb.Watch", "Watch",
             Streaming([this](http::Exchange& exchange, Form form) { return serve(exchange, form); }));
}

base::Awaitable<base::Result<void>> WatchService::serve(http::Exchange& exchange, Form form) {
  WatchSession session(core_, options_, exchange, form);
  co_return co_await session.run(closing_);
}

}  // namespace raft_store::gateway
