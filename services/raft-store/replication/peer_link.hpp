#pragma once
#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>
#include "base/async.hpp"
#include "http/client.hpp"
#include "raft-store/replication/log_store.hpp"
#include "raft-store/replication/member.hpp"
#include "raft-store/replication/metrics.hpp"
#include "raft/message.hpp"

namespace raft_store::replication {

/// Where peers find each other; the names of the wire. A batch is a sequence of length-prefixed
/// raft::encode_message.
inline constexpr std::string_view kMessagesPath = "/raft/messages";
inline constexpr std::string_view kSnapshotPath = "/raft/snapshot";
inline constexpr std::string_view kMemberPath = "/raft/member";
inline constexpr std::string_view kClusterHeader = "X-Raft-Cluster-Id";
inline constexpr std::string_view kFromHeader = "X-Raft-From";                ///< The sender's id,
inline constexpr std::string_view kIncarnationHeader = "X-Raft-Incarnation";  ///< and its Identity's.
inline constexpr std::string_view kTermHeader =
    "X-Raft-Term";  ///< Of a snapshot: the term its sender leads in.
/// The answer to a sender that must not take part. The body says why: one of the two below.
inline constexpr int kDisowned = 410;
inline constexpr std::string_view kOtherData = "other data";    ///< Known under another incarnation.
inline constexpr std::string_view kRemoved = "removed member";  ///< Was removed from the cluster.

std::string encode_batch(const std::vector<raft::Message>& messages);
/// Error: corrupt, unsupported.
base::Result<std::vector<raft::Message>> decode_batch(std::string_view bytes);

/// The way to one peer: a bounded queue and a coroutine that posts what lies in it, one request at a time.
/// What does not fit or does not arrive is lost, which Raft expects. Belongs to the replicator's strand.
class PeerLink : public std::enable_shared_from_this<PeerLink> {
 public:
  /// `disowned` is called with the reason when the peer says that `self` must not take part.
  PeerLink(base::Executor strand, Member peer, Identity self, std::shared_ptr<http::TlsContext> tls,
           PeerMetrics metrics, std::function<void(const std::string& reason)> disowned);
  /// Sends until cancelled or closed. Run once, in a task group.
  base::Awaitable<void> run();
  void send(raft::Message message);
  /// Whether the peer's process is surely not there: its address refuses connections.
  base::Awaitable<bool> refuses(std::chrono::milliseconds timeout);
  void received(std::size_t bytes) { metrics_.received_bytes.add(static_cast<double>(bytes)); }
  /// Who sends: what every request to the peer carries.
  void sign(http::Request& request) const;
  void close();  ///< `run` ends; what is queued is dropped.
  const Member& peer() const noexcept { return peer_; }
  http::Client& client() const noexcept { return *client_; }
  std::uint64_t dropped() const noexcept { return dropped_; }
  bool reachable() const noexcept { return reachable_; }  ///< The last request was answered.

 private:
  base::Awaitable<void> post(std::vector<raft::Message> batch);
  std::vector<raft::Message> take_batch();
  void note_result(bool answered, const std::string& why);

  Member peer_;
  const Identity self_;
  std::function<void(const std::string&)> disowned_;
  std::shared_ptr<http::Client> client_;
  PeerMetrics metrics_;
  base::Event wake_;
  std::deque<raft::Message> queue_;
  std::size_t queued_bytes_ = 0;
  std::uint64_t dropped_ = 0;
  bool closed_ = false;
  bool reachable_ = true;
};
using PeerLinkPtr = std::shared_ptr<PeerLink>;

}  // namespace raft_store::replication
