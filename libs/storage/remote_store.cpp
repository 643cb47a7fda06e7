#include "storage/remote_store.hpp"
#include <algorithm>
#include <atomic>
#include <boost/asio/this_coro.hpp>
#include "base/clock.hpp"
#include "storage/codec.hpp"
#include "storage/convert.hpp"
#include "storage/remote_watch.hpp"

namespace storage {
namespace {

constexpr const char* kProto = "application/x-protobuf";
constexpr const char* kJson = "application/json";

/// Whether a call may be made again when its answer was lost.
enum class Repeat { read, write };

template <class M>
http::Request make_request(const char* path, const M& message, bool json) {
  http::Request request;
  request.method = "POST";
  request.path = path;
  request.headers.set("Content-Type", json ? kJson : kProto);
  request.headers.set("Accept", json ? kJson : kProto);
  request.body = json ? wire::encode_json(message) : wire::encode_proto(message);
  return request;
}

base::Error refusal(const http::Response& response, bool json) {
  auto error = json ? wire::decode_json<wire::ErrorResponse>(response.body, wire::UnknownFields::ignore)
                    : wire::decode_proto<wire::ErrorResponse>(response.body);
  if (error && error->code) return error_from_wire(*error);
  const auto code = response.status == 503 ? base::Errc::unavailable : base::Errc::internal;
  return base::Error(code, "the store answered HTTP status " + std::to_string(response.status));
}

}  // namespace

struct RemoteStore::Shared {
  std::shared_ptr<http::Client> client;
  RemoteStoreOptions options;
  std::atomic<bool> json{false};  ///< Speak JSON from now on.

  /// After a call in that form was refused by who wants JSON. Others may have changed over meanwhile.
  bool may_change_over(bool sent_json) const {
    return options.form == RemoteStoreOptions::Form::automatic && !sent_json;
  }

  /// One attempt; in automatic form, a second one in JSON if the first shows that the server wants it.
  template <class Out, class In>
  base::Awaitable<base::Result<Out>> once(const char* path, std::shared_ptr<const In> in,
                                          std::chrono::milliseconds timeout) {
    for (;;) {
      const bool sent_json = json;
      auto request = make_request(path, *in, sent_json);
      auto response = co_await client->send(std::move(request), timeout);
      if (!response) co_return response.error();
      const bool is_json = response->headers.get("Content-Type") != kProto;
      if (response->status != 200) {
        // A gateway that reads our protobuf as JSON fails before it does anything.
        if (is_json && may_change_over(sent_json) && (response->status == 400 || response->status == 415)) {
          json = true;
          continue;
        }
        co_return refusal(*response, is_json);
      }
      co_return is_json ? wire::decode_json<Out>(response->body, wire::UnknownFields::ignore)
                        : wire::decode_proto<Out>(response->body);
    }
  }

  template <class Out, class In>
  base::Awaitable<base::Result<Out>> call(const char* path, In message, Repeat repeat) {
    constexpr std::chrono::milliseconds kPauseMax(400);
    const auto in = std::make_shared<const In>(std::move(message));
    const auto end = base::Clock::real().steady_now() + options.request_timeout;
    for (std::chrono::milliseconds pause(20);; pause = std::min(2 * pause, kPauseMax)) {
      const auto left =
          std::chrono::duration_cast<std::chrono::milliseconds>(end - base::Clock::real().steady_now());
      auto result = co_await once<Out, In>(path, in, std::max(left, std::chrono::milliseconds(1)));
      if (result) co_return result;
      const bool again = result.error().is(base::Errc::unavailable) ||
                         (repeat == Repeat::read && result.error().is(base::Errc::unknown_outcome));
      if (!again || left <= pause) {
        if (repeat == Repeat::write && result.error().is(base::Errc::deadline_exceeded))
          co_return base::Error(base::Errc::unknown_outcome, result.error().message);
        co_return result;
      }
      const bool slept = co_await base::sleep_for(pause);
      if (!slept) co_return base::Error(base::Errc::cancelled, "cancelled");
    }
  }
};

RemoteStore::RemoteStore(std::shared_ptr<http::Client> client, RemoteStoreOptions options)
    : shared_(std::make_shared<Shared>()) {
  shared_->client = std::move(client);
  shared_->options = options;
  shared_->json = options.form == RemoteStoreOptions::Form::json;
}
RemoteStore::~RemoteStore() = default;

base::Awaitable<base::Result<RangeResponse>> RemoteStore::range(RangeRequest request) {
  auto shared = shared_;
  auto message = to_wire(request);
  auto response =
      co_await shared->call<wire::RangeResponse>("/v3/kv/range", std::move(message), Repeat::read);
  if (!response) co_return response.error();
  co_return from_wire(std::move(*response));
}

base::Awaitable<base::Result<TxnResponse>> RemoteStore::txn(TxnRequest request) {
  auto shared = shared_;
  const auto is_read = [](const Operation& op) { return op.kind == Operation::Kind::range; };
  const bool reads = std::all_of(request.success.begin(), request.success.end(), is_read) &&
                     std::all_of(request.failure.begin(), request.failure.end(), is_read);
  auto message = to_wire(request);
  auto response = co_await shared->call<wire::TxnResponse>("/v3/kv/txn", std::move(message),
                                                           reads ? Repeat::read : Repeat::write);
  if (!response) co_return response.error();
  co_return from_wire(std::move(*response));
}

base::Awaitable<base::Result<std::unique_ptr<WatchStream>>> RemoteStore::watch(WatchRequest request) {
  auto shared = shared_;
  const auto bytes_max = shared->options.watch_message_bytes_max;
  if (!shared->json) {
    auto stream = co_await open_proto_watch(shared->client, request, bytes_max);
    if (stream || !stream.error().is(base::Errc::unsupported) || !shared->may_change_over(false))
      co_return stream;
    shared->json = true;
  }
  co_return co_await open_json_watch(shared->client, std::move(request), bytes_max);
}

base::Awaitable<base::Result<LeaseId>> RemoteStore::grant_lease(std::int64_t ttl) {
  auto shared = shared_;
  wire::LeaseGrantRequest message;
  message.ttl = ttl;
  auto response = co_await shared->call<wire::LeaseGrantResponse>("/v3/lease/grant", message, Repeat::write);
  if (!response) co_return response.error();
  co_return response->id;
}

base::Awaitable<base::Result<void>> RemoteStore::keep_lease_alive(LeaseId id) {
  auto shared = shared_;
  wire::LeaseIdRequest message;
  message.id = id;
  std::int64_t ttl = 0;
  // In JSON the gateway treats it as a stream of one; its answer is wrapped.
  if (shared->json) {
    auto response =
        co_await shared->call<wire::LeaseKeepAliveEnvelope>("/v3/lease/keepalive", message, Repeat::read);
    if (!response) co_return response.error();
    if (response->error) co_return error_from_wire(*response->error);
    if (response->result) ttl = response->result->ttl;
  } else {
    auto response =
        co_await shared->call<wire::LeaseKeepAliveResponse>("/v3/lease/keepalive", message, Repeat::read);
    if (!response) co_return response.error();
    ttl = response->ttl;
  }
  if (ttl <= 0) co_return base::Error(base::Errc::not_found, "etcdserver: requested lease not found");
  co_return base::Result<void>();
}

base::Awaitable<base::Result<void>> RemoteStore::revoke_lease(LeaseId id) {
  auto shared = shared_;
  wire::LeaseIdRequest message;
  message.id = id;
  auto response = co_await shared->call<wire::HeaderResponse>("/v3/lease/revoke", message, Repeat::write);
  if (!response) co_return response.error();
  co_return base::Result<void>();
}

base::Awaitable<base::Result<void>> RemoteStore::compact(Revision revision) {
  auto shared = shared_;
  wire::CompactionRequest message;
  message.revision = revision;
  auto response = co_await shared->call<wire::HeaderResponse>("/v3/kv/compaction", message, Repeat::write);
  if (!response) co_return response.error();
  co_return base::Result<void>();
}

}  // namespace storage
