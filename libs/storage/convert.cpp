#include "storage/convert.hpp"
#include "storage/errors.hpp"

namespace storage {
namespace {

Bytes no_bytes() {
  static const Bytes empty = std::make_shared<const std::string>();
  return empty;
}

wire::CompareTarget target_of(Compare::Target target) {
  switch (target) {
    case Compare::Target::version:
      return wire::CompareTarget::version;
    case Compare::Target::create_revision:
      return wire::CompareTarget::create;
    case Compare::Target::mod_revision:
      return wire::CompareTarget::mod;
    case Compare::Target::value:
      return wire::CompareTarget::value;
    case Compare::Target::lease:
      break;
  }
  return wire::CompareTarget::lease;
}

wire::Compare to_wire(const Compare& compare) {
  wire::Compare out;
  out.key = compare.key;
  out.target = target_of(compare.target);
  out.result = static_cast<wire::CompareResult>(compare.result);
  if (compare.target == Compare::Target::version) out.version = compare.number;
  if (compare.target == Compare::Target::create_revision) out.create_revision = compare.number;
  if (compare.target == Compare::Target::mod_revision) out.mod_revision = compare.number;
  if (compare.target == Compare::Target::lease) out.lease = compare.number;
  if (compare.target == Compare::Target::value) out.value = compare.value;
  return out;
}

wire::RequestOp to_wire(const Operation& operation) {
  wire::RequestOp out;
  switch (operation.kind) {
    case Operation::Kind::put: {
      auto& put = out.put.emplace();
      put.key = operation.put.key;
      put.value = operation.put.value;
      put.lease = operation.put.lease;
      put.prev_kv = operation.put.prev_kv;
      break;
    }
    case Operation::Kind::remove: {
      auto& remove = out.delete_range.emplace();
      remove.key = operation.remove.key;
      remove.range_end = operation.remove.range_end;
      remove.prev_kv = operation.remove.prev_kv;
      break;
    }
    case Operation::Kind::range:
      out.range = storage::to_wire(operation.range);
      break;
  }
  return out;
}

OperationResponse from_wire(wire::ResponseOp response) {
  OperationResponse out;
  if (response.range) out.range = storage::from_wire(std::move(*response.range));
  if (response.put && response.put->prev_kv)
    out.prev_kvs.push_back(storage::from_wire(std::move(*response.put->prev_kv)));
  if (response.delete_range) {
    out.deleted = response.delete_range->deleted;
    for (auto& kv : response.delete_range->prev_kvs)
      out.prev_kvs.push_back(storage::from_wire(std::move(kv)));
  }
  return out;
}

}  // namespace

wire::RangeRequest to_wire(const RangeRequest& request) {
  wire::RangeRequest out;
  out.key = request.key;
  out.range_end = request.range_end;
  out.limit = request.limit;
  out.revision = request.revision;
  out.keys_only = request.keys_only;
  out.count_only = request.count_only;
  out.serializable = request.serializable;
  return out;
}

wire::TxnRequest to_wire(const TxnRequest& request) {
  wire::TxnRequest out;
  for (const auto& compare : request.compares)
    out.compare.push_back(to_wire(compare));
  for (const auto& operation : request.success)
    out.success.push_back(to_wire(operation));
  for (const auto& operation : request.failure)
    out.failure.push_back(to_wire(operation));
  return out;
}

wire::WatchCreateRequest to_wire(const WatchRequest& request) {
  wire::WatchCreateRequest out;
  out.key = request.key;
  out.range_end = request.range_end;
  out.start_revision = request.start_revision;
  out.prev_kv = request.prev_kv;
  out.progress_notify = request.progress_notify;
  return out;
}

KeyValue from_wire(wire::KeyValue kv) {
  KeyValue out;
  out.key = std::move(kv.key);
  out.value = kv.value ? std::move(kv.value) : no_bytes();
  out.create_revision = kv.create_revision;
  out.mod_revision = kv.mod_revision;
  out.version = kv.version;
  out.lease = kv.lease;
  return out;
}

RangeResponse from_wire(wire::RangeResponse response) {
  RangeResponse out;
  out.revision = response.header.revision;
  out.count = response.count;
  out.more = response.more;
  out.kvs.reserve(response.kvs.size());
  for (auto& kv : response.kvs)
    out.kvs.push_back(from_wire(std::move(kv)));
  return out;
}

TxnResponse from_wire(wire::TxnResponse response) {
  TxnResponse out;
  out.revision = response.header.revision;
  out.succeeded = response.succeeded;
  for (auto& op : response.responses)
    out.responses.push_back(from_wire(std::move(op)));
  return out;
}

WatchBatch from_wire(wire::WatchResponse response) {
  WatchBatch batch;
  batch.revision = response.header.revision;
  for (auto& event : response.events) {
    auto& out = batch.events.emplace_back();
    out.removed = event.type == wire::EventType::remove;
    if (event.kv) out.kv = from_wire(std::move(*event.kv));
    if (!out.kv.value) out.kv.value = no_bytes();
    if (event.prev_kv) out.prev_kv = from_wire(std::move(*event.prev_kv));
  }
  if (!batch.events.empty()) batch.revision = batch.events.back().kv.mod_revision;
  return batch;
}

std::int32_t grpc_code(const base::Error& error) {
  // Where etcd's code is not the kind's.
  static const std::string kOutOfRange[] = {errors::future_revision().message,
                                            errors::lease_ttl_too_large().message};
  static const std::string kTooLarge = errors::request_too_large().message;
  if (error.message == kOutOfRange[0] || error.message == kOutOfRange[1]) return 11;
  if (error.message == kTooLarge) return 3;
  struct Pair {
    base::Errc error;
    std::int32_t code;
  };
  static constexpr Pair kCodes[] = {
      {base::Errc::cancelled, 1},         {base::Errc::invalid_argument, 3},
      {base::Errc::deadline_exceeded, 4}, {base::Errc::not_found, 5},
      {base::Errc::permission_denied, 7}, {base::Errc::resource_exhausted, 8},
      {base::Errc::already_exists, 9},    {base::Errc::conflict, 9},
      {base::Errc::expired, 11},          {base::Errc::unsupported, 12},
      {base::Errc::internal, 13},         {base::Errc::unavailable, 14},
      {base::Errc::unknown_outcome, 14},  {base::Errc::corrupt, 15},
      {base::Errc::unauthenticated, 16},
  };
  for (const auto& pair : kCodes)
    if (error.is(pair.error)) return pair.code;
  return 2;
}

int http_status(std::int32_t grpc_code) {
  static constexpr int kStatus[] = {200, 499, 500, 400, 504, 404, 409, 403, 429,
                                    400, 409, 400, 501, 500, 503, 500, 401};
  return grpc_code >= 0 && grpc_code <= 16 ? kStatus[grpc_code] : 500;
}

base::Error error_from_wire(const wire::ErrorResponse& error) {
  static constexpr base::Errc kErrors[] = {
      base::Errc::internal,         base::Errc::cancelled,         base::Errc::internal,
      base::Errc::invalid_argument, base::Errc::deadline_exceeded, base::Errc::not_found,
      base::Errc::already_exists,   base::Errc::permission_denied, base::Errc::resource_exhausted,
      base::Errc::already_exists,   base::Errc::conflict,          base::Errc::invalid_argument,
      base::Errc::unsupported,      base::Errc::internal,          base::Errc::unavailable,
      base::Errc::corrupt,          base::Errc::unauthenticated};
  const std::string& message = error.message.empty() ? error.error : error.message;
  base::Errc code = error.code >= 0 && error.code <= 16 ? kErrors[error.code] : base::Errc::internal;
  if (error.code == 11 && message.find("compacted") != std::string::npos) code = base::Errc::expired;
  if (error.code == 3 && message == errors::request_too_large().message)
    code = base::Errc::resource_exhausted;
  // etcd says "unavailable" for a proposal whose fate it does not know.
  if (error.code == 14 &&
      (message.find("timed out") != std::string::npos || message.find("leader changed") != std::string::npos))
    code = base::Errc::unknown_outcome;
  return base::Error(code, message);
}

}  // namespace storage
