#include <cstdlib>
#include "base/log.hpp"
#include "raft-store/replication/engine.hpp"

/// A peer lacks what the log no longer holds: send it the whole database.
namespace raft_store::replication {

void Engine::send_snapshot(raft::NodeId to) {
  const auto link = links_.find(to);
  if (link == links_.end() || !sending_to_.insert(to).second) return;
  const PeerLinkPtr peer = link->second;
  const raft::Term term = node_.term();
  tasks_.spawn("snapshot", [this, to, peer, term]() -> base::Awaitable<void> {
    const base::Result<raft::Index> index = co_await stream_snapshot(peer, term);
    sending_to_.erase(to);
    if (!index)
      base::log::warning("a snapshot did not arrive",
                         {{"peer", peer->peer().name}, {"error", index.error()}});
    node_.report_snapshot(to, index.has_value(), index ? *index : raft::Index(0));
    pump();
  });
}

base::Awaitable<base::Result<raft::Index>> Engine::stream_snapshot(PeerLinkPtr link, raft::Term term) {
  const OpenDatabasePtr source = log_.database();
  std::filesystem::path folder = source->path();
  folder += ".for-" + std::to_string(link->peer().id.value);
  base::Result<void> made;
  std::function<void()> make = [&] {
    std::error_code ignored;
    std::filesystem::remove_all(folder, ignored);
    // Between two batches, so that data and applied index agree.
    const std::lock_guard lock(apply_mutex_);
    const auto begun = std::chrono::steady_clock::now();
    made = make_checkpoint(*source, folder);
    disk_.snapshot.observe(std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count());
  };
  co_await base::run_blocking(pool_, std::move(make));
  if (!made) co_return made.error();
  base::Result<raft::Index> index = co_await stream_folder(link, term, folder);
  std::function<void()> remove = [&] {
    std::error_code ignored;
    std::filesystem::remove_all(folder, ignored);
  };
  co_await base::run_blocking(pool_, std::move(remove));
  co_return index;
}

base::Awaitable<base::Result<raft::Index>> Engine::stream_folder(PeerLinkPtr link, raft::Term term,
                                                                 std::filesystem::path folder) {
  http::Request request;
  request.method = "POST";
  request.path = kSnapshotPath;
  link->sign(request);
  request.headers.set(std::string(kTermHeader), std::to_string(term.value));
  base::Result<std::unique_ptr<http::RequestStream>> opened =
      co_await link->client().open_duplex(std::move(request));
  if (!opened) co_return opened.error();
  http::RequestStream& stream = **opened;
  ArchiveReader reader(std::move(folder));
  for (;;) {
    base::Result<std::string> piece = std::string();
    std::function<void()> read = [&] { piece = reader.next(); };
    co_await base::run_blocking(pool_, std::move(read));
    if (!piece) co_return piece.error();
    if (piece->empty()) break;
    const base::Result<void> written = co_await stream.write(std::move(*piece));
    if (!written) co_return written.error();
  }
  const base::Result<void> finished = co_await stream.finish();
  if (!finished) co_return finished.error();
  const base::Result<void> head = co_await stream.wait_head();
  if (!head) co_return head.error();
  const base::Result<std::string> body = co_await stream.read_some();
  if (!body) co_return body.error();
  if (stream.status() != 200) co_return base::Error(base::Errc::unavailable, "the peer answered: " + *body);
  co_return raft::Index(std::strtoull(body->c_str(), nullptr, 10));
}

}  // namespace raft_store::replication
