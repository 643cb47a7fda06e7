#pragma once
#include "raft-store/gateway/routes.hpp"
#include "raft-store/gateway/watch_session.hpp"

namespace raft_store::gateway {

/// etcdserverpb.Watch: /v3/watch. In protobuf each message stands after its length (a varint), both ways; in
/// JSON requests follow each other and answers are lines {"result":{...}}.
class WatchService {
 public:
  /// `closing`: when it opens, all streams end.
  WatchService(Core& core, base::Latch closing, WatchServiceOptions options,
               base::metrics::Registry& registry);
  void add_to(Routes& routes);

 private:
  base::Awaitable<base::Result<void>> serve(http::Exchange& exchange, Form form);

  Core& core_;
  base::Latch closing_;
  WatchServiceOptions options_;
  base::metrics::Gauge& streams_;
};

}  // namespace raft_store::gateway
