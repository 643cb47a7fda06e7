#include "raft-store/replication/peer_link.hpp"
#include <system_error>
#include <utility>
#include "base/log.hpp"
#include "raft/codec.hpp"

namespace raft_store::replication {
namespace {

using namespace std::chrono_literals;
/// Twice what a leader keeps under way to one follower (raft::Options), so that only a dead peer overflows.
constexpr std::size_t kQueueBytesMax = 32 << 20;
constexpr std::size_t kQueueMessagesMax = 4096;
constexpr std::size_t kBatchBytesMax = 4 << 20;

std::size_t bytes_of(const raft::Message& message) {
  std::size_t bytes = 64;
  if (const auto* append = std::get_if<raft::AppendEntries>(&message.body))
    for (const raft::Entry& entry : append->entries)
      bytes += entry.bytes();
  if (const auto* propose = std::get_if<raft::Propose>(&message.body))
    for (const raft::Data& data : propose->commands)
      bytes += data->size();
  return bytes;
}

}  // namespace

std::string encode_batch(const std::vector<raft::Message>& messages) {
  raft::codec::Writer out;
  for (const raft::Message& message : messages)
    out.bytes(raft::encode_message(message));
  return out.take();
}

base::Result<std::vector<raft::Message>> decode_batch(std::string_view bytes) {
  raft::codec::Reader in(bytes);
  std::vector<raft::Message> messages;
  while (in.ok() && !in.done()) {
    base::Result<raft::Message> message = raft::decode_message(in.bytes());
    if (!message) return message.error();
    messages.push_back(std::move(*message));
  }
  if (!in.ok()) return base::Error(base::Errc::corrupt, "a batch of Raft messages that is cut short");
  return messages;
}

PeerLink::PeerLink(base::Executor strand, Member peer, Identity self, std::shared_ptr<http::TlsContext> tls,
                   PeerMetrics metrics, std::function<void(const std::string&)> disowned)
    : peer_(std::move(peer)), self_(self), disowned_(std::move(disowned)), metrics_(metrics), wake_(strand) {
  http::ClientOptions options;
  options.endpoints = peer_.peer_urls;
  options.tls = std::move(tls);
  options.connect_timeout = 1000ms;
  options.request_timeout = 5000ms;
  options.connections_max = 4;
  options.user_agent = "coxswain-raft";
  client_ = http::Client::create(strand, std::move(options));
  metrics_.active.set(reachable_);
}

void PeerLink::send(raft::Message message) {
  const std::size_t bytes = bytes_of(message);
  if (closed_ || queue_.size() >= kQueueMessagesMax || queued_bytes_ + bytes > kQueueBytesMax) {
    ++dropped_;
    return;
  }
  queued_bytes_ += bytes;
  queue_.push_back(std::move(message));
  wake_.set();
}

base::Awaitable<bool> PeerLink::refuses(std::chrono::milliseconds timeout) {
  http::Request request;
  request.method = "GET";  // Is answered with a refusal of the method, which will do.
  request.path = kMessagesPath;
  const base::Result<http::Response> response = co_await client_->send(std::move(request), timeout);
  static const std::string refused = std::make_error_code(std::errc::connection_refused).message();
  co_return !response && response.error().message.ends_with(refused);
}

void PeerLink::close() {
  closed_ = true;
  metrics_.active.set(0);
  queue_.clear();
  wake_.set();
  client_->close();
}

void PeerLink::sign(http::Request& request) const {
  request.headers.set(std::string(kClusterHeader), std::to_string(self_.cluster_id));
  request.headers.set(std::string(kFromHeader), std::to_string(self_.id.value));
  request.headers.set(std::string(kIncarnationHeader), std::to_string(self_.incarnation));
}

std::vector<raft::Message> PeerLink::take_batch() {
  std::vector<raft::Message> batch;
  for (std::size_t total = 0; !queue_.empty();) {
    const std::size_t bytes = bytes_of(queue_.front());
    if (!batch.empty() && total + bytes > kBatchBytesMax) break;
    total += bytes;
    queued_bytes_ -= bytes;
    batch.push_back(std::move(queue_.front()));
    queue_.pop_front();
  }
  return batch;
}

void PeerLink::note_result(bool answered, const std::string& why) {
  metrics_.active.set(answered);
  if (answered == reachable_) return;
  reachable_ = answered;
  if (answered)
    base::log::info("peer is reachable again", {{"peer", peer_.name}});
  else
    base::log::warning("peer cannot be reached", {{"peer", peer_.name}, {"error", why}});
}

base::Awaitable<void> PeerLink::post(std::vector<raft::Message> batch) {
  http::Request request;
  request.method = "POST";
  request.path = kMessagesPath;
  request.headers.set("Content-Type", "application/octet-stream");
  sign(request);
  request.body = encode_batch(batch);
  metrics_.sent_bytes.add(static_cast<double>(request.body.size()));
  const auto begun = std::chrono::steady_clock::now();
  base::Result<http::Response> response = co_await client_->send(std::move(request));
  const bool answered = response.has_value() && response->status == 204;
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begun;
  answered ? metrics_.round_trip.observe(took.count()) : metrics_.sent_failures.add();
  note_result(answered, response ? "status " + std::to_string(response->status) + " " + response->body
                                 : response.error().message);
  if (response && response->status == kDisowned) disowned_(response->body);
  // A peer that is down refuses at once: do not try in a tight loop.
  if (!answered) co_await base::sleep_for(50ms);
}

base::Awaitable<void> PeerLink::run() {
  const auto self = shared_from_this();
  while (!closed_) {
    if (queue_.empty()) {
      wake_.reset();
      const bool woken = co_await wake_.wait();
      if (!woken) co_return;
      continue;
    }
    std::vector<raft::Message> batch = take_batch();
    co_await post(std::move(batch));
  }
}

}  // namespace raft_store::replication
