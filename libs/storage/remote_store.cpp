#include "storage/remote_store.hpp"
#include <algorithm>
#include <atomic>
#include "base/clock.hpp"
#include "storage/codec.hpp"
#include "storage/convert.hpp"
#include "storage/endpoints.hpp"
#include "storage/remote_watch.hpp"

namespace storage {
namespace {

constexpr const char* kProto = "application/x-protobuf";
constexpr const char* kJson = "application/json";

using std::chrono::milliseconds;

/// Whether a call may be made again when its answer was lost. guarded: it cannot happen twice.
enum class Repeat { read, guarded, write };

Repeat repeat_of(const TxnRequest& request) {
  using Kind = Operation::Kind;
  const auto is_read = [](const Operation& op) { return op.kind == Kind::range; };
  if (!std::all_of(request.failure.begin(), request.failure.end(), is_read)) return Repeat::write;
  if (std::all_of(request.success.begin(), request.success.end(), is_read)) return Repeat::read;
  const auto changes = [&](const std::string& key) {
    return std::any_of(request.success.begin(), request.success.end(), [&](const Operation& op) {
      return (op.kind == Kind::put && op.put.key == key) || (op.kind == Kind::remove && op.remove.key == key);
    });
  };
  // No key ever gets an old mod_revision back.
  const bool guarded =
      std::any_of(request.compares.begin(), request.compares.end(), [&](const Compare& compare) {
        return compare.target == Compare::Target::mod_revision && compare.result == Compare::Result::equal &&
               compare.number > 0 && changes(compare.key);
      });
  return guarded ? Repeat::guarded : Repeat::write;
}

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
  std::shared_ptr<Endpoints> endpoints;
  RemoteStoreOptions options;
  std::atomic<bool> json{false};  ///< Speak JSON from now on.

  /// After a call in that form was refused by who wants JSON. Others may have changed over meanwhile.
  bool may_change_over(bool sent_json) const {
    return options.form == RemoteStoreOptions::Form::automatic && !sent_json;
  }

  /// One attempt; in automatic form, a second one in JSON if the first shows that the server wants it.
  template <class Out, class In>
  base::Awaitable<base::Result<Out>> once(Endpoints::UsePtr use, const char* path,
                                          std::shared_ptr<const In> in, milliseconds timeout) {
    for (;;) {
      const bool sent_json = json;
      auto request = make_request(path, *in, sent_json);
      auto sending = use->client().send(std::move(request), timeout);
      auto response = co_await use->unless_broken_off(std::move(sending));
      if (!response) co_return response.error();
      use->heard();
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

  /// `lost` becomes true when an attempt that changes something was left without an answer.
  template <class Out, class In>
  base::Awaitable<base::Result<Out>> call(const char* path, In message, Repeat repeat, bool& lost) {
    constexpr milliseconds kPauseMax(400);
    const auto in = std::make_shared<const In>(std::move(message));
    const auto end = base::Clock::real().steady_now() + options.request_timeout;
    const auto left = [end] {
      return std::chrono::duration_cast<milliseconds>(end - base::Clock::real().steady_now());
    };
    std::vector<bool> tried(endpoints->size());
    for (milliseconds pause(20);;) {
      auto use = endpoints->use(tried);
      tried[use->index()] = true;
      auto result = co_await once<Out, In>(use, path, in, std::max(left(), milliseconds(1)));
      if (result) co_return result;
      const base::Error& error = result.error();
      const bool not_done = error.is(base::Errc::unavailable);
      const bool silent = error.is(base::Errc::unknown_outcome) || error.is(base::Errc::deadline_exceeded);
      if (not_done || silent) use->failed();
      lost = lost || (silent && repeat != Repeat::read);
      const bool all_tried = std::find(tried.begin(), tried.end(), false) == tried.end();
      const bool again = not_done || (silent && repeat != Repeat::write);
      if (!again || left() <= (all_tried ? pause : milliseconds(0))) {
        if (lost && (not_done || silent)) co_return base::Error(base::Errc::unknown_outcome, error.message);
        co_return result;
      }
      if (!all_tried) continue;
      use.reset();
      const bool slept = co_await base::sleep_for(pause);
      if (!slept) co_return base::Error(base::Errc::cancelled, "cancelled");
      pause = std::min(2 * pause, kPauseMax);
      tried.assign(tried.size(), false);
    }
  }

  template <class Out, class In>
  base::Awaitable<base::Result<Out>> call(const char* path, In message, Repeat repeat) {
    bool lost = false;
    co_return co_await call<Out>(path, std::move(message), repeat, lost);
  }

  base::Awaitable<base::Result<std::unique_ptr<WatchStream>>> watch_at(Endpoints::UsePtr use,
                                                                       WatchRequest request) {
    if (!json) {
      auto stream = co_await open_proto_watch(use, request, options.watch_message_bytes_max);
      if (stream || !stream.error().is(base::Errc::unsupported) || !may_change_over(false)) co_return stream;
      json = true;
    }
    co_return co_await open_json_watch(std::move(use), std::move(request), options.watch_message_bytes_max);
  }

  /// A read that asks the leader, as etcd's own health check does: a member without one serves nobody.
  base::Awaitable<bool> serves(http::Client& client) {
    wire::RangeRequest message;
    message.key = "health";
    message.count_only = true;
    auto request = make_request("/v3/kv/range", message, json);
    const auto response = co_await client.send(std::move(request), options.health.patience);
    co_return response && response->status == 200;
  }
};

RemoteStore::RemoteStore(std::vector<RemoteEndpoint> endpoints, RemoteStoreOptions options)
    : shared_(std::make_shared<Shared>()) {
  shared_->endpoints = std::make_shared<Endpoints>(std::move(endpoints), options.health);
  shared_->options = options;
  shared_->json = options.form == RemoteStoreOptions::Form::json;
}
RemoteStore::RemoteStore(std::shared_ptr<http::Client> client, RemoteStoreOptions options)
    : RemoteStore(std::vector<RemoteEndpoint>{{"the store", std::move(client)}}, options) {}
RemoteStore::~RemoteStore() = default;

base::Awaitable<void> RemoteStore::look_after_endpoints() {
  auto shared = shared_;
  Endpoints::Ask ask = [shared](http::Client& client) { return shared->serves(client); };
  co_await shared->endpoints->look_after(std::move(ask));
}

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
  const Repeat repeat = repeat_of(request);
  auto message = to_wire(request);
  bool lost = false;
  auto response = co_await shared->call<wire::TxnResponse>("/v3/kv/txn", std::move(message), repeat, lost);
  if (!response) co_return response.error();
  // The key has changed: by the first attempt, or by somebody else.
  if (lost && !response->succeeded)
    co_return base::Error(base::Errc::unknown_outcome, "the answer was lost, and the key has changed since");
  co_return from_wire(std::move(*response));
}

base::Awaitable<base::Result<std::unique_ptr<WatchStream>>> RemoteStore::watch(WatchRequest request) {
  auto shared = shared_;
  base::Error last;
  std::vector<bool> tried(shared->endpoints->size());
  for (std::size_t i = 0; i < tried.size(); ++i) {
    const auto use = shared->endpoints->use(tried);
    tried[use->index()] = true;
    auto stream = co_await shared->watch_at(use, request);
    if (stream || !stream.error().is(base::Errc::unavailable)) co_return stream;
    use->failed();
    last = stream.error();
  }
  co_return last;
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
