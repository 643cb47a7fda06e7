#pragma once
#include "storage/codec.hpp"
#include "storage/endpoints.hpp"
#include "storage/store.hpp"

/// Internal to libs/storage: the watch streams of RemoteStore.
namespace storage {

/// Opens POST /v3/watch as a bidirectional stream of protobuf frames. Errors: unsupported (the server speaks
/// JSON only); unavailable.
base::Awaitable<base::Result<std::unique_ptr<WatchStream>>> open_proto_watch(Endpoints::UsePtr use,
                                                                             WatchRequest request,
                                                                             std::size_t message_bytes_max);
/// Opens it with one request and JSON lines for an answer.
base::Awaitable<base::Result<std::unique_ptr<WatchStream>>> open_json_watch(Endpoints::UsePtr use,
                                                                            WatchRequest request,
                                                                            std::size_t message_bytes_max);

/// What a message of the stream means for the watcher: a batch, nothing to say (created), or how it ended.
base::Result<std::optional<WatchBatch>> interpret(wire::WatchResponse response);

}  // namespace storage
