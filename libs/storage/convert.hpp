#pragma once
#include "storage/messages_other.hpp"
#include "storage/store.hpp"

/// Between the contract's types (store.hpp) and etcd's messages (messages*.hpp). Pure.
namespace storage {

wire::RangeRequest to_wire(const RangeRequest& request);
wire::TxnRequest to_wire(const TxnRequest& request);
wire::WatchCreateRequest to_wire(const WatchRequest& request);

KeyValue from_wire(wire::KeyValue kv);
RangeResponse from_wire(wire::RangeResponse response);
TxnResponse from_wire(wire::TxnResponse response);
/// With events, the batch's revision is that of the last of them: etcd's header tells the store's own, which
/// may be far ahead of a watch that catches up.
WatchBatch from_wire(wire::WatchResponse response);

/// The gRPC status code etcd gives to an error of the store, and back. `expired` and a future revision are
/// both 11.
std::int32_t grpc_code(const base::Error& error);
/// The HTTP status the gateway answers that code with.
int http_status(std::int32_t grpc_code);
base::Error error_from_wire(const wire::ErrorResponse& error);

}  // namespace storage
