#include <boost/asio/this_coro.hpp>
#include <cstring>
#include "apiserver/request/handler.hpp"
#include "apiserver/request/watch_frames.hpp"
#include "apiserver/request/watch_socket.hpp"
#include "base/random.hpp"

/// Watches. Source: Kubernetes API concepts, "Efficient detection of changes", "Watch bookmarks", "Streaming
/// lists".
namespace apiserver::request {
namespace {

using api::StatusError;
using api::StatusOr;
using Steady = std::chrono::steady_clock;
using negotiation::Shape;

/// A watch is a stream of documents, each of one object; YAML has no form for that.
StatusOr<void> check_form(const Request& r) {
  if (!negotiation::content_type(r.wanted.form, true).empty() && r.wanted.form.shape != Shape::metadata_list)
    return {};
  return StatusError::not_acceptable(negotiation::offered_types(r.offer, true));
}

/// How long a watch stays silent after it was sent something. With many watchers of the same changes nearly
/// all of the server's work is sending; what happens in the pause goes out together, in one write and one TLS
/// record. The pause is a few times what telling all of them costs (some 20 microseconds each), so that the
/// writes that make the events get most of the processor. Up to nine watchers, and whatever comes after a
/// quiet time, wait for nothing.
std::chrono::milliseconds pause_after(std::size_t audience) {
  constexpr std::chrono::microseconds share(100);
  constexpr std::chrono::milliseconds longest(50);
  return std::min(longest, std::chrono::duration_cast<std::chrono::milliseconds>(audience * share));
}

/// 0 up to and without `limit`.
std::chrono::milliseconds random_below(std::chrono::milliseconds limit) {
  std::uint32_t number = 0;
  const auto bytes = base::random_bytes(sizeof number);
  std::memcpy(&number, bytes.data(), sizeof number);
  return std::chrono::milliseconds(limit.count() > 0 ? number % limit.count() : 0);
}

}  // namespace

/// A watch that is registered: with the cache, and where a shutdown finds it.
class Handler::OpenWatch {
 public:
  OpenWatch(Handler& handler, registry::Call call, std::shared_ptr<cache::Watcher> watcher)
      : handler_(handler), call_(std::move(call)), watcher_(std::move(watcher)) {
    std::lock_guard lock(handler_.watches_mutex_);
    handler_.watches_.insert(watcher_);
    if (handler_.stopping_) watcher_->close();
  }
  ~OpenWatch() {
    handler_.parts_.registry->unwatch(call_, watcher_);
    std::lock_guard lock(handler_.watches_mutex_);
    handler_.watches_.erase(watcher_);
  }
  OpenWatch(const OpenWatch&) = delete;

 private:
  Handler& handler_;
  const registry::Call call_;
  const std::shared_ptr<cache::Watcher> watcher_;
};

/// Carries events from the watcher to the client until the time is up, the client leaves or falls behind, or
/// the server stops. In each of these cases the client goes on from the last revision it saw.
class Handler::WatchLoop {
 public:
  WatchLoop(Handler& handler, const Request& r, registry::Watching watching, WatchTerms terms)
      : metrics_(*handler.metrics_),
        resource_(*r.resource),
        registry_(*handler.parts_.registry),
        call_(handler.call_of(r)),
        progress_(handler.parts_.registry->caches().progress()),
        watching_(std::move(watching)),
        terms_(terms),
        frames_(r.wanted, *r.resource, handler.encodings_, handler.parts_.now),
        told_(watching_.revision) {}

  base::Awaitable<void> run(http::BodyWriter& writer) {
    const auto end = Steady::now() + terms_.time;
    auto bookmark_at = next_bookmark();
    while (true) {
      const auto now = Steady::now();
      const bool over = now >= end, due = over || now >= bookmark_at;
      // Taken before the look at the queue: if that is empty, all up to here has been told.
      const auto reached = progress_.revision();
      const auto patience = std::chrono::duration_cast<std::chrono::milliseconds>(
          due ? Steady::duration(0) : std::min(end, bookmark_at) - now + std::chrono::milliseconds(1));
      auto batch = co_await watching_.watcher->next(patience);
      if (!batch) break;
      if (resource_.extension) {
        auto converted = co_await convert(*batch);
        if (!converted) {
          frames_.add_error(converted.error());
          co_await flush(writer);
          break;
        }
      }
      for (const auto& event : *batch)
        tell(event);
      const auto rest = batch->empty() ? std::chrono::milliseconds(0) : pause_after(batch->back().audience);
      if (batch->empty() && due && terms_.bookmarks) {
        told_ = std::max(told_, reached);
        frames_.add_bookmark(told_, false);
        bookmark_at = next_bookmark();
      }
      const bool taken = co_await flush(writer);
      if (!taken) co_return;
      if (over) break;
      if (rest.count() > 0) co_await base::sleep_for(rest);
    }
    co_await writer.finish();
  }

 private:
  Steady::time_point next_bookmark() const {
    return terms_.bookmarks ? Steady::now() + terms_.bookmark_every : Steady::time_point::max();
  }

  /// The objects in the version that is watched, where they are stored in another one.
  base::Awaitable<StatusOr<void>> convert(std::vector<cache::Event>& events) {
    std::vector<cache::EntryPtr> entries;
    for (const auto& event : events)
      entries.push_back(event.entry);
    auto shown = co_await registry_.shown(call_, std::move(entries));
    if (!shown) co_return shown.error();
    for (std::size_t i = 0; i < events.size(); ++i)
      events[i].entry = std::move((*shown)[i]);
    co_return StatusOr<void>();
  }

  void tell(const cache::Event& event) {
    if (event.type == cache::Event::Type::initial_end) {
      // Streaming lists need bookmarks; without them the state just ends, as upstream.
      if (terms_.bookmarks) frames_.add_bookmark(std::max(watching_.revision, event.revision), true);
      return;
    }
    told_ = std::max(told_, event.revision);
    frames_.add(event);
  }

  base::Awaitable<bool> flush(http::BodyWriter& writer) {
    if (frames_.events() == 0) co_return true;
    metrics_.watch_events(resource_, frames_.events(), frames_.bytes());
    auto written = co_await writer.write(frames_.take());
    co_return written.has_value();
  }

  RequestMetrics& metrics_;
  const api::ResourceInfo& resource_;
  const registry::Registry& registry_;
  const registry::Call call_;
  cache::Progress& progress_;
  const registry::Watching watching_;
  const WatchTerms terms_;
  WatchFrames frames_;
  storage::Revision told_;  ///< The client knows all up to here.
};

std::chrono::milliseconds Handler::watch_time(const ListOptions& options) const {
  if (options.timeout && options.timeout->count() > 0) return *options.timeout;
  const std::chrono::milliseconds least = parts_.min_request_timeout;
  return least + random_below(least);
}

base::Awaitable<StatusOr<void>> Handler::watch(Request& r) {
  if (auto form = check_form(r); !form) co_return form.error();
  auto options = ListOptions::parse(r.query, true);
  if (!options) co_return options.error();
  const WatchTerms terms{watch_time(*options), parts_.bookmark_every, options->bookmarks};
  registry::WatchRequest request;
  request.resource_version = options->resource_version;
  request.send_initial_events = options->send_initial_events;
  auto listing = list_request(r, std::move(*options));
  if (!listing) co_return listing.error();
  request.selection = std::move(listing->selection);
  auto call = call_of(r);
  auto watching = co_await parts_.registry->watch(call, std::move(request), r.exchange.executor());
  // As upstream: once the request is known to be good, what ends it is said in the stream.
  const bool expired = !watching && watching.error().code == 410;
  if (!watching && !expired) co_return watching.error();
  std::optional<OpenWatch> open;
  if (watching) open.emplace(*this, call, watching->watcher);
  WatchFrames refusal(r.wanted, *r.resource, encodings_, parts_.now);
  if (expired) refusal.add_error(watching.error());
  if (r.exchange.wants_websocket()) {
    std::optional<registry::Watching> under_way;
    if (watching) under_way = std::move(*watching);
    auto pieces = refusal.take();
    co_return co_await watch_over_socket(r, std::move(under_way), std::move(pieces), terms);
  }
  http::Headers headers;
  headers.set("Content-Type", std::string(negotiation::content_type(r.wanted.form, true)));
  add_warnings(headers, *r.warnings);
  auto writer = co_await r.exchange.start(200, std::move(headers));
  if (!writer) co_return StatusOr<void>();
  if (expired) {
    auto written = co_await (*writer)->write(refusal.take());
    if (written) co_await (*writer)->finish();
    co_return StatusOr<void>();
  }
  WatchLoop loop(*this, r, std::move(*watching), terms);
  co_await loop.run(**writer);
  co_return StatusOr<void>();
}

/// The same events as messages. The client is not expected to send anything; what it sends is not looked at.
base::Awaitable<StatusOr<void>> Handler::watch_over_socket(Request& r,
                                                           std::optional<registry::Watching> watching,
                                                           std::vector<http::SharedBytes> refusal,
                                                           WatchTerms terms) {
  auto protocols = watch_subprotocols(r.exchange.request().headers);
  auto socket = co_await r.exchange.upgrade_websocket(std::move(protocols));
  if (!socket) co_return StatusOr<void>();
  SocketWriter writer(**socket, r.wanted.form.encoding);
  if (!watching) {
    auto written = co_await writer.write(std::move(refusal));
    if (written) co_await writer.finish();
    co_return StatusOr<void>();
  }
  WatchLoop loop(*this, r, *watching, terms);
  base::TaskGroup sender(r.exchange.executor(), "watch over a websocket");
  // From here on cancellation is noticed by what it ends, so that the sender is waited for.
  co_await boost::asio::this_coro::throw_if_cancelled(false);
  sender.spawn("events", [&loop, &writer] { return loop.run(writer); });
  for (bool open = true; open;) {
    auto message = co_await (*socket)->read();
    open = message.has_value();
  }
  watching->watcher->close();
  sender.cancel();
  co_await boost::asio::this_coro::reset_cancellation_state(boost::asio::disable_cancellation());
  co_await sender.join();
  co_return StatusOr<void>();
}

}  // namespace apiserver::request
