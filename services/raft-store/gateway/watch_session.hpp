#pragma once
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include "raft-store/gateway/core.hpp"
#include "raft-store/gateway/message_reader.hpp"

namespace raft_store::gateway {

struct WatchServiceOptions {
  std::chrono::nanoseconds progress_interval = std::chrono::minutes(10);
  std::size_t watches_max = 10'000;  ///< More on one stream are refused.
};

/// One stream and its watches. Belongs to the exchange's strand; outlives its tasks because `run` awaits
/// them.
///
/// Each watch has a task that carries its batches to the writer, and asks for the next one only when the last
/// one is sent: a slow client costs memory for one batch a watch, the rest stays with the hub.
class WatchSession {
 public:
  WatchSession(Core& core, const WatchServiceOptions& options, http::Exchange& exchange, Form form);
  /// Serves until the client goes, the stream breaks, or `closing` opens. Error: why it broke.
  base::Awaitable<base::Result<void>> run(base::Latch closing);

 private:
  struct Watch {
    explicit Watch(base::Executor strand) : closed(std::move(strand)) {}
    std::int64_t id = 0;
    bool prev_kv = false, fragment = false, progress_notify = false;
    bool notify_due = false;       ///< The mark that comes next is for this watch alone.
    bool sent_since_tick = false;  ///< Then it needs no mark.
    bool cancel_requested = false;
    storage::Revision told = 0;     ///< Before it was created, maybe by another member: no mark goes below.
    storage::Revision reached = 0;  ///< This member has come so far, and everything up to it is sent.
    std::unique_ptr<mvcc::Subscription> subscription;
    base::Event closed;  ///< Its last message is sent, its id is free.
  };
  using WatchPtr = std::shared_ptr<Watch>;

  base::Awaitable<base::Result<wire::WatchRequest>> first_request();
  base::Awaitable<base::Result<void>> start(wire::WatchRequest first, base::Latch closing);
  base::Awaitable<void> close_answer();
  void end(base::Result<void> result);
  base::Awaitable<void> read_requests();
  base::Awaitable<void> notify_progress();

  base::Awaitable<void> take(wire::WatchRequest request);
  base::Awaitable<void> create(wire::WatchCreateRequest request);
  std::optional<std::string> reason_to_refuse(const wire::WatchCreateRequest& request) const;
  /// Done when the client was told: what it asks for next may have the same id.
  base::Awaitable<void> cancel(std::int64_t id);
  void ask_progress(storage::Revision at_least);

  base::Awaitable<void> pump(WatchPtr watch);
  base::Awaitable<void> deliver(const WatchPtr& watch, const mvcc::WatchBatch& batch);
  base::Awaitable<void> send_fragments(wire::WatchResponse message);
  base::Awaitable<void> close_watch(const WatchPtr& watch, const base::Error& why);
  base::Awaitable<void> answer_progress();

  wire::WatchResponse response(std::int64_t id) const;  ///< With a header as of now.
  base::Awaitable<bool> take_writer();                  ///< False if cancelled.
  base::Awaitable<void> send(wire::WatchResponse message);
  base::Awaitable<void> send_batch(wire::WatchResponse head, const mvcc::WatchBatch& batch, bool prev_kv);
  /// `encode` is called once it is this message's turn.
  base::Awaitable<void> write(std::function<std::string()> encode);

  Core& core_;
  const WatchServiceOptions& options_;
  http::Exchange& exchange_;
  const Form form_;
  MessageReader reader_;
  std::unique_ptr<http::BodyWriter> writer_;
  bool writing_ = false;
  std::vector<http::SharedBytes> gathered_;  ///< Messages that whoever gets the writer next takes along.
  base::Event writer_free_;
  std::map<std::int64_t, WatchPtr> watches_;
  std::int64_t next_id_ = 0;
  /// Ids of watches that ended by themselves, just then, later or earlier: they are not given to others, or
  /// it would be a matter of time which id a watch gets. At most as many as there may be watches.
  std::set<std::int64_t> retired_ids_;
  std::optional<storage::Revision> progress_wanted_;  ///< A progress request waits for all to get there.
  base::Event ended_;
  base::Result<void> result_;
  base::TaskGroup tasks_;
};

}  // namespace raft_store::gateway
