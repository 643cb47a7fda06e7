#pragma once
#include <cstddef>
#include <deque>
#include <string_view>
#include "raft/log.hpp"

namespace raft {

/// AppendEntries sent to one peer and not answered yet, in order, bounded in number and bytes.
class Inflight {
 public:
  Inflight(std::size_t messages_max, std::size_t bytes_max)
      : messages_max_(messages_max), bytes_max_(bytes_max) {}
  bool full() const noexcept { return sent_.size() >= messages_max_ || bytes_ >= bytes_max_; }
  void add(Index last, std::size_t bytes);
  void acknowledge(Index upto);  ///< Frees what ends at or before `upto`.
  void free_first();             ///< Lets one message through though no answer came.
  void clear() noexcept;
  std::size_t size() const noexcept { return sent_.size(); }

 private:
  struct Sent {
    Index last;
    std::size_t bytes;
  };
  std::size_t messages_max_, bytes_max_;
  std::deque<Sent> sent_;
  std::size_t bytes_ = 0;
};

/// What a leader knows of one member's log. Belongs to the leader's Node.
struct Progress {
  /// probe: entered at election and on a rejection; one append at a time until one is accepted -> replicate.
  /// replicate: appends follow each other without waiting. A rejection -> probe; entries compacted away ->
  /// snapshot. snapshot: nothing is sent until the caller reports its fate or the peer acknowledges enough ->
  /// probe.
  enum class State { probe, replicate, snapshot };

  Progress(Index next_, std::size_t messages_max, std::size_t bytes_max)
      : next(next_), inflight(messages_max, bytes_max) {}

  State state = State::probe;
  Index match;                   ///< Known to be durable there and equal to ours. Only grows.
  Index next;                    ///< First to send; > match.
  bool probe_sent = false;       ///< In probe: wait for the answer, or for a heartbeat's.
  bool recently_active = false;  ///< Heard of since the last check of the quorum.
  Inflight inflight;

  bool paused() const noexcept;
  void become_probe();
  void become_replicate();
  void become_snapshot();
  /// Durable there up to `index`. True if that is news.
  bool accepted(Index index);
  /// The append after `previous` was refused, `hint` is where the logs may agree. False: an old answer,
  /// ignore.
  bool refused(Index previous, Index hint);
};

std::string_view to_string(Progress::State state) noexcept;

}  // namespace raft
