#include "raft-store/gateway/watch_session.hpp"
#include <algorithm>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <utility>

/// The life of a stream: its requests, and the way to the client.
namespace raft_store::gateway {
namespace {

/// A request names a range and a few options.
constexpr std::size_t kRequestBytesMax = 256 << 10;

}  // namespace

WatchSession::WatchSession(Core& core, const WatchServiceOptions& options, http::Exchange& exchange,
                           Form form)
    : core_(core),
      options_(options),
      exchange_(exchange),
      form_(form),
      reader_(exchange, form, kRequestBytesMax),
      writer_free_(exchange.executor()),
      ended_(exchange.executor()),
      tasks_(exchange.executor(), "watch") {}

base::Awaitable<base::Result<void>> WatchSession::run(base::Latch closing) {
  auto first = co_await first_request();
  if (!first) {
    http::Response refused = refusal(form_, first.error());
    base::ignore_error(co_await exchange_.respond(std::move(refused)));
    co_return first.error();
  }
  auto started = co_await start(std::move(*first), std::move(closing));
  if (!started) co_return started;
  const bool in_order = co_await ended_.wait();
  // Whoever cancelled this must wait for the tasks all the same: they use what is here.
  co_await boost::asio::this_coro::reset_cancellation_state(boost::asio::disable_cancellation());
  // A message under way is not cut: the stream could not be ended properly after it.
  bool may_answer = false;
  if (in_order) may_answer = co_await take_writer();
  tasks_.cancel();
  co_await tasks_.join();
  if (may_answer) co_await close_answer();
  co_return result_;
}

base::Awaitable<base::Result<wire::WatchRequest>> WatchSession::first_request() {
  const auto message = co_await reader_.next();
  if (!message) co_return message.error();
  co_return decode<wire::WatchRequest>(form_, message->value_or(""));
}

base::Awaitable<base::Result<void>> WatchSession::start(wire::WatchRequest first, base::Latch closing) {
  http::Headers headers;
  headers.set("Content-Type", content_type(form_));
  auto started = co_await exchange_.start(200, std::move(headers));
  if (!started) co_return started.error();
  writer_ = std::move(*started);
  tasks_.spawn("requests", [this, request = std::move(first)]() -> base::Awaitable<void> {
    co_await take(request);
    co_await read_requests();
  });
  tasks_.spawn("progress", [this] { return notify_progress(); });
  tasks_.spawn("closing", [this, closing]() mutable -> base::Awaitable<void> {
    const bool opened = co_await closing.wait();
    if (opened) end(base::Error(base::Errc::unavailable, "etcdserver: server stopped"));
  });
  co_return base::Result<void>();
}

base::Awaitable<void> WatchSession::close_answer() {
  if (form_ == Form::json && !result_) {
    wire::WatchEnvelope envelope;
    envelope.error = to_wire(result_.error());
    std::vector<http::SharedBytes> line{http::make_bytes(wire::encode_json(envelope) + "\n")};
    base::ignore_error(co_await writer_->write(std::move(line)));
  }
  base::ignore_error(co_await writer_->finish());
}

void WatchSession::end(base::Result<void> result) {
  if (ended_.is_set()) return;
  result_ = std::move(result);
  ended_.set();
}

base::Awaitable<void> WatchSession::read_requests() {
  for (;;) {
    const auto message = co_await reader_.next();
    if (!message) co_return end(message.error());
    if (!*message) co_return;  // No more requests; what is watched goes on.
    auto request = decode<wire::WatchRequest>(form_, **message);
    if (!request) co_return end(request.error());
    co_await take(std::move(*request));
  }
}

base::Awaitable<void> WatchSession::take(wire::WatchRequest request) {
  if (request.create) co_await create(std::move(*request.create));
  if (request.cancel) co_await cancel(request.cancel->watch_id);
  if (request.progress) {
    ask_progress(core_.parts.hub.revision());
    co_await answer_progress();
  }
}

std::optional<std::string> WatchSession::reason_to_refuse(const wire::WatchCreateRequest& request) const {
  const bool endless = request.range_end == std::string_view("\0", 1);
  if (!request.range_end.empty() && !endless && request.key >= request.range_end)
    return "mvcc: watcher range is empty";
  if (request.watch_id != 0 && watches_.contains(request.watch_id))
    return "mvcc: duplicate watch ID provided on the WatchStream";
  if (watches_.size() >= options_.watches_max) return "etcdserver: too many watches on one stream";
  return std::nullopt;
}

base::Awaitable<void> WatchSession::create(wire::WatchCreateRequest request) {
  if (auto reason = reason_to_refuse(request)) {
    wire::WatchResponse refused = response(-1);
    refused.created = refused.canceled = true;
    refused.cancel_reason = std::move(*reason);
    co_await send(std::move(refused));
    co_return;
  }
  const auto watch = std::make_shared<Watch>(exchange_.executor());
  while (request.watch_id == 0 && (watches_.contains(next_id_) || retired_ids_.contains(next_id_)))
    ++next_id_;
  watch->id = request.watch_id != 0 ? request.watch_id : next_id_++;
  watch->prev_kv = request.prev_kv;
  watch->fragment = request.fragment;
  watch->progress_notify = request.progress_notify;
  mvcc::WatchOptions options{std::move(request.key), std::move(request.range_end), request.start_revision,
                             std::move(request.filters)};
  watch->subscription = core_.parts.hub.subscribe(std::move(options), exchange_.executor());
  watch->told = std::max<storage::Revision>(request.start_revision, 1) - 1;
  watch->reached = std::min(watch->subscription->position(), core_.parts.hub.revision());
  watches_[watch->id] = watch;
  if (progress_wanted_) ask_progress(*progress_wanted_);
  wire::WatchResponse created = response(watch->id);
  created.created = true;
  co_await send(std::move(created));
  tasks_.spawn("watch", [this, watch] { return pump(watch); });
}

base::Awaitable<void> WatchSession::cancel(std::int64_t id) {
  const auto found = watches_.find(id);
  if (found == watches_.end()) co_return;
  const WatchPtr watch = found->second;
  watch->cancel_requested = true;
  watch->subscription->cancel();
  co_await watch->closed.wait();
}

wire::WatchResponse WatchSession::response(std::int64_t id) const {
  wire::WatchResponse message;
  message.header = core_.header();
  message.watch_id = id;
  return message;
}

base::Awaitable<bool> WatchSession::take_writer() {
  while (writing_) {
    writer_free_.reset();
    const bool free = co_await writer_free_.wait();
    if (!free) co_return false;
  }
  writing_ = true;
  co_return true;
}

base::Awaitable<void> WatchSession::write(std::function<std::string()> encode) {
  // A change wakes every watch that wants it: those that come together leave together. While the client takes
  // nothing nothing is encoded.
  const bool gathered = watches_.size() > 1 && !writing_;
  if (gathered) {
    gathered_.push_back(http::make_bytes(encode()));
    co_await boost::asio::post(exchange_.executor(), boost::asio::use_awaitable);
  }
  const bool mine = co_await take_writer();
  if (!mine) co_return;
  std::vector<http::SharedBytes> buffers = std::exchange(gathered_, {});
  if (!gathered) buffers.push_back(http::make_bytes(encode()));
  base::Result<void> written;
  if (!buffers.empty()) written = co_await writer_->write(std::move(buffers));
  writing_ = false;
  writer_free_.set();
  if (!written) end(std::move(written));
}

base::Awaitable<void> WatchSession::send(wire::WatchResponse message) {
  std::function<std::string()> encode = [&] {
    std::string bytes;
    if (form_ == Form::json) {
      wire::WatchEnvelope envelope;
      envelope.result = std::move(message);
      bytes = wire::encode_json(envelope) + "\n";
    } else {
      wire::append_frame(bytes, wire::encode_proto(message));
    }
    return bytes;
  };
  co_await write(std::move(encode));
}

}  // namespace raft_store::gateway
