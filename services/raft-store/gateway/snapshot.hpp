#pragma once
#include "base/metrics.hpp"
#include "raft-store/backup/snapshot_source.hpp"
#include "raft-store/gateway/core.hpp"
#include "raft-store/gateway/routes.hpp"

namespace raft_store::gateway {

/// etcdserverpb.Maintenance/Snapshot: /v3/maintenance/snapshot. The blobs, one after the other, are a
/// snapshot file (backup/snapshot_format.hpp) of this member's data as of the request; its last 32 bytes are
/// the SHA-256 of those before. Each piece is read when the last one is on its way, so a slow client costs
/// the memory of one. At shutdown the stream ends before its checksum, in JSON with an error.
class SnapshotService {
 public:
  SnapshotService(Core& core, base::Latch closing, base::metrics::Registry& registry);
  void add_to(Routes& routes);

 private:
  using SourcePtr = std::unique_ptr<backup::SnapshotSource>;
  base::Awaitable<base::Result<void>> serve(http::Exchange& exchange, Form form);
  base::Awaitable<base::Result<SourcePtr>> open(http::Exchange& exchange, Form form);
  base::Awaitable<base::Result<void>> send_all(backup::SnapshotSource& source, http::BodyWriter& writer,
                                               Form form);

  Core& core_;
  base::Latch closing_;
  base::metrics::Histogram& duration_;
};

}  // namespace raft_store::gateway
