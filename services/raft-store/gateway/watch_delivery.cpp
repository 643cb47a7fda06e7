#include <algorithm>
#include <utility>
#include "raft-store/gateway/watch_session.hpp"
#include "raft-store/mvcc/encoding.hpp"

/// From the hub to the client: batches, the ends of watches, progress marks.
namespace raft_store::gateway {
namespace {

/// About what an event takes in a message.
std::size_t size_of(const wire::Event& event) {
  std::size_t bytes = 64;
  for (const std::optional<wire::KeyValue>* kv : {&event.kv, &event.prev_kv})
    if (*kv) bytes += (*kv)->key.size() + ((*kv)->value ? (*kv)->value->size() : 0);
  return bytes;
}

/// The head's message with the batch's events, which are encoded once for all watchers.
std::string proto_message(const wire::WatchResponse& head, const mvcc::WatchBatch& batch, bool prev_kv) {
  const std::string first = wire::encode_proto(head);
  std::size_t size = first.size();
  for (const mvcc::EventPtr& event : batch.events)
    size += event->encoded(false, prev_kv).size();
  std::string bytes;
  bytes.reserve(size + 10);
  mvcc::encoding::append_varint(bytes, size);
  bytes += first;
  for (const mvcc::EventPtr& event : batch.events)
    bytes += event->encoded(false, prev_kv);
  return bytes;
}

std::string json_message(wire::WatchResponse head, const mvcc::WatchBatch& batch, bool prev_kv) {
  constexpr std::string_view kEnd = "}}";
  wire::WatchEnvelope envelope;
  envelope.result = std::move(head);
  std::string bytes = wire::encode_json(envelope);
  bytes.erase(bytes.size() - kEnd.size());
  const char* before = ",\"events\":[";
  for (const mvcc::EventPtr& event : batch.events) {
    (bytes += before) += event->encoded(true, prev_kv);
    before = ",";
  }
  if (!batch.events.empty()) bytes += ']';
  return (bytes += kEnd) += '\n';
}

}  // namespace

base::Awaitable<void> WatchSession::pump(WatchPtr watch) {
  for (;;) {
    const base::Result<mvcc::WatchBatch> batch = co_await watch->subscription->next();
    if (!batch) {
      co_await close_watch(watch, batch.error());
      co_return;
    }
    co_await deliver(watch, *batch);
    watch->reached = batch->revision;
    watch->notify_due = false;
    co_await answer_progress();
  }
}

base::Awaitable<void> WatchSession::deliver(const WatchPtr& watch, const mvcc::WatchBatch& batch) {
  if (batch.events.empty() && !watch->notify_due) co_return;
  if (!batch.events.empty()) watch->sent_since_tick = true;
  if (watch->fragment && batch.bytes > core_.request_bytes_max) {
    wire::WatchResponse message = mvcc::to_response(batch, watch->id, watch->prev_kv);
    core_.stamp(message.header);
    co_await send_fragments(std::move(message));
    co_return;
  }
  wire::WatchResponse head;
  head.header.revision = batch.revision;
  head.watch_id = watch->id;
  core_.stamp(head.header);
  co_await send_batch(std::move(head), batch, watch->prev_kv);
}

base::Awaitable<void> WatchSession::send_batch(wire::WatchResponse head, const mvcc::WatchBatch& batch,
                                               bool prev_kv) {
  std::function<std::string()> encode = [&] {
    return form_ == Form::json ? json_message(std::move(head), batch, prev_kv)
                               : proto_message(head, batch, prev_kv);
  };
  co_await write(std::move(encode));
}

base::Awaitable<void> WatchSession::send_fragments(wire::WatchResponse message) {
  std::vector<wire::Event> events = std::move(message.events);
  message.events.clear();
  std::size_t bytes = 0;
  for (wire::Event& event : events) {
    const std::size_t size = size_of(event);
    if (!message.events.empty() && bytes + size > core_.request_bytes_max) {
      wire::WatchResponse part = message;
      part.fragment = true;
      co_await send(std::move(part));
      message.events.clear();
      bytes = 0;
    }
    bytes += size;
    message.events.push_back(std::move(event));
  }
  co_await send(std::move(message));
}

base::Awaitable<void> WatchSession::close_watch(const WatchPtr& watch, const base::Error& why) {
  wire::WatchResponse closed = response(watch->id);
  closed.canceled = true;
  if (why.is(base::Errc::expired)) {
    closed.header.revision = 0;  // As etcd has it.
    closed.compact_revision = core_.parts.store.compact_revision();
    if (closed.compact_revision == 0)
      closed.compact_revision = -1;  // The start was below the first revision.
  } else if (!watch->cancel_requested) {
    closed.cancel_reason = why.message;
  }
  co_await send(std::move(closed));
  watches_.erase(watch->id);
  if (!watch->cancel_requested && watch->id >= next_id_ && retired_ids_.size() < options_.watches_max)
    retired_ids_.insert(watch->id);
  watch->closed.set();
  co_await answer_progress();
}

void WatchSession::ask_progress(storage::Revision at_least) {
  for (const auto& [id, watch] : watches_)
    at_least = std::max(at_least, watch->told);
  progress_wanted_ = std::max(at_least, progress_wanted_.value_or(0));
  for (const auto& [id, watch] : watches_)
    if (watch->reached < *progress_wanted_) watch->subscription->request_progress(*progress_wanted_);
}

base::Awaitable<void> WatchSession::answer_progress() {
  if (!progress_wanted_) co_return;
  // Not below what the watches were sent meanwhile, or a client would take it for a step back.
  storage::Revision least = core_.parts.hub.revision();
  for (const auto& [id, watch] : watches_) {
    if (watch->reached < *progress_wanted_) co_return;
    least = std::min(least, watch->reached);
  }
  wire::WatchResponse mark = response(-1);
  mark.header.revision = least;
  progress_wanted_.reset();
  co_await send(std::move(mark));
}

base::Awaitable<void> WatchSession::notify_progress() {
  for (;;) {
    const bool slept = co_await base::sleep_for(options_.progress_interval);
    if (!slept) co_return;
    for (const auto& [id, watch] : watches_) {
      if (!watch->progress_notify || std::exchange(watch->sent_since_tick, false)) continue;
      watch->notify_due = true;
      watch->subscription->request_progress();
    }
  }
}

}  // namespace raft_store::gateway
