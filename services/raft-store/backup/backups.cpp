#include "raft-store/backup/backups.hpp"
#include <sys/resource.h>
#include <atomic>
#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>
#include <utility>
#include "base/clock.hpp"
#include "base/flags.hpp"
#include "base/log.hpp"
#include "raft-store/backup/archive_writer.hpp"
#include "raft-store/backup/archiving_machine.hpp"
#include "raft-store/backup/metrics.hpp"

namespace raft_store::backup {
namespace {

constexpr int kThreads = 2;      ///< One for the archive, one for snapshots.
constexpr int kNiceness = 10;    ///< The store comes first.
constexpr int kRestPerWork = 9;  ///< Snapshots take a tenth of the time at most.

double seconds_since(base::SteadyTime begun) {
  return std::chrono::duration<double>(base::Clock::real().steady_now() - begun).count();
}

/// Raises a counter to a total that is counted elsewhere.
void raise(base::metrics::Counter& counter, std::uint64_t& seen, std::uint64_t now) {
  if (now > seen) counter.add(static_cast<double>(now - seen));
  seen = std::max(seen, now);
}

}  // namespace

struct Backups::Impl {
  Impl(base::Runtime& runtime, mvcc::Store& store_, BackupOptions options_)
      : store(store_),
        options(std::move(options_)),
        strand(runtime.make_strand()),
        metrics(runtime.metrics()),
        folder(options.dir),
        queue(options.queue_bytes_max),
        machine(store, queue),
        writer(folder, {}),
        pool(kThreads),
        filled(std::make_shared<base::Event>(strand)),
        snapshot_wanted(strand),
        tasks(strand, "backups") {
    for (int i = 0; i < kThreads; ++i)
      boost::asio::post(pool, [] { ::setpriority(PRIO_PROCESS, 0, kNiceness); });
    queue.on_filled(
        [strand = strand, filled = filled] { boost::asio::post(strand, [filled] { filled->set(); }); });
  }

  // archive
  base::Awaitable<void> run_archive();
  base::Awaitable<base::Result<void>> archive(bool sync);
  base::Result<void> archive_blocking(bool sync);
  void note_archive(const base::Result<void>& done);

  // snapshots
  base::Awaitable<void> run_snapshots();
  base::Awaitable<bool> wait_until_due();
  base::Awaitable<bool> take_snapshot();
  base::Result<SnapshotSummary> snapshot_blocking();
  void note_snapshot(const base::Result<SnapshotSummary>& taken, base::SteadyTime begun);
  void remove_expired();

  mvcc::Store& store;
  const BackupOptions options;
  const base::Executor strand;
  replication::Replicator* replicator = nullptr;
  Metrics metrics;
  Folder folder;
  FrameQueue queue;
  ArchivingMachine machine;
  ArchiveWriter writer;  ///< Used by one task at a time: the archive's, then `stop`.
  std::uint64_t bytes_seen = 0, gaps_seen = 0, dropped_seen = 0;
  bool archive_failed = false, snapshot_failed = false;  ///< The last time; said once.
  std::atomic<bool> stopping = false;
  boost::asio::thread_pool pool;
  std::shared_ptr<base::Event> filled;  ///< The queue's wake-up may come late.
  base::Event snapshot_wanted;
  base::TaskGroup tasks;
};

base::Result<void> Backups::Impl::archive_blocking(bool sync) {
  const replication::DatabasePtr database = replicator->database();
  if (auto opened = folder.open(replicator->status().cluster_id); !opened) return opened;
  auto done = writer.write(queue.take(), *database);
  if (done && sync) done = writer.sync();
  return done;
}

base::Awaitable<base::Result<void>> Backups::Impl::archive(bool sync) {
  base::Result<void> done;
  std::function<void()> work = [&] { done = archive_blocking(sync); };
  co_await base::run_blocking(pool.get_executor(), std::move(work));
  note_archive(done);
  co_return done;
}

void Backups::Impl::note_archive(const base::Result<void>& done) {
  raise(metrics.archive_bytes, bytes_seen, writer.bytes());
  raise(metrics.archive_gaps, gaps_seen, writer.gaps());
  if (writer.end()) metrics.archive_revision.set(static_cast<double>(writer.end()->revision));
  if (const std::uint64_t dropped = queue.dropped(); dropped > dropped_seen) {
    base::log::warning("the archive could not keep up with the log", {{"dropped", dropped - dropped_seen}});
    dropped_seen = dropped;
  }
  if (!done) metrics.archive_failures.add();
  if (!done && !archive_failed)
    base::log::error("the log cannot be archived; it is tried again", {{"error", done.error()}});
  if (done && archive_failed) base::log::info("the log is archived again");
  archive_failed = !done;
  if (writer.wants_snapshot()) snapshot_wanted.set();
}

base::Awaitable<void> Backups::Impl::run_archive() {
  base::SteadyTime synced = base::Clock::real().steady_now();
  for (;;) {
    // What is written is synced when its time has come, whether more comes or not.
    const base::SteadyTime due = synced + options.sync_interval;
    const base::SteadyTime before = base::Clock::real().steady_now();
    if (!writer.dirty()) {
      const bool woken = co_await filled->wait();
      if (!woken) co_return;
    } else if (before < due) {
      co_await filled->wait_for(due - before);
    }
    filled->reset();
    const bool sync = base::Clock::real().steady_now() >= due;
    const auto done = co_await archive(sync);
    if (sync) synced = base::Clock::real().steady_now();
    if (done) continue;
    const bool slept = co_await base::sleep_for(options.retry_after);
    if (!slept) co_return;
    filled->set();
  }
}

base::Result<SnapshotSummary> Backups::Impl::snapshot_blocking() {
  if (auto opened = folder.open(replicator->status().cluster_id); !opened) return opened.error();
  auto source =
      SnapshotSource::open(replicator->database(), store.column_families(), base::Clock::real().now());
  if (!source) return source.error();
  const SnapshotHeader& header = (*source)->header();
  return save_snapshot(**source, snapshot_path(folder.path(), header),
                       [this](std::uint64_t, std::uint64_t) { return !stopping; });
}

void Backups::Impl::note_snapshot(const base::Result<SnapshotSummary>& taken, base::SteadyTime begun) {
  if (!taken) {
    metrics.snapshot_failures.add();
    if (!std::exchange(snapshot_failed, true))
      base::log::error("no backup was taken; it is tried again", {{"error", taken.error()}});
    return;
  }
  snapshot_failed = false;
  const SnapshotHeader& header = taken->header;
  folder.note_snapshot(header);
  metrics.snapshots.add();
  metrics.snapshot_time.set(std::chrono::duration<double>(header.created.time_since_epoch()).count());
  metrics.snapshot_revision.set(static_cast<double>(header.revision));
  metrics.snapshot_bytes.set(static_cast<double>(taken->file_bytes));
  metrics.snapshot_seconds.observe(seconds_since(begun));
  base::log::info("backup taken and verified", {{"revision", header.revision},
                                                {"keys", taken->trailer.keys},
                                                {"bytes", taken->file_bytes},
                                                {"seconds", seconds_since(begun)}});
}

void Backups::Impl::remove_expired() {
  const auto catalog = folder.catalog();
  if (!catalog) return base::log::warning("old backups are kept", {{"error", catalog.error()}});
  for (const std::filesystem::path& path : expired(*catalog, options.retention, base::Clock::real().now()))
    if (!remove_file(path)) base::log::warning("an old backup cannot be removed", {{"path", path.string()}});
}

/// False if it failed.
base::Awaitable<bool> Backups::Impl::take_snapshot() {
  const base::SteadyTime begun = base::Clock::real().steady_now();
  base::Result<SnapshotSummary> taken = base::Error();
  std::function<void()> work = [&] { taken = snapshot_blocking(); };
  co_await base::run_blocking(pool.get_executor(), std::move(work));
  if (stopping) co_return false;
  note_snapshot(taken, begun);
  if (!taken) co_return false;
  std::function<void()> clean = [this] { remove_expired(); };
  co_await base::run_blocking(pool.get_executor(), std::move(clean));
  co_return true;
}

/// Until the newest snapshot is as old as the interval, or another one is wanted. False if cancelled.
base::Awaitable<bool> Backups::Impl::wait_until_due() {
  const auto newest = folder.newest_snapshot();
  if (!newest) co_return true;
  const auto left = newest->created + options.interval - base::Clock::real().now();
  if (left <= std::chrono::nanoseconds(0)) co_return true;
  // A clock that was set back must not put off the next one.
  const auto wait = std::min<std::chrono::nanoseconds>(left, options.interval);
  const auto until = base::Clock::real().steady_now() + wait;
  const bool wanted = co_await snapshot_wanted.wait_for(wait);
  co_return wanted || base::Clock::real().steady_now() >= until;
}

base::Awaitable<void> Backups::Impl::run_snapshots() {
  // Only the folder tells when the last one was taken.
  std::function<void()> look = [this] { base::ignore_error(folder.open(replicator->status().cluster_id)); };
  co_await base::run_blocking(pool.get_executor(), std::move(look));
  for (;;) {
    const bool due = co_await wait_until_due();
    if (!due) co_return;
    snapshot_wanted.reset();
    const base::SteadyTime begun = base::Clock::real().steady_now();
    const bool taken = co_await take_snapshot();
    // An archive that has one gap after the other must not keep the disk busy with snapshots.
    const auto rest = std::min(options.interval, kRestPerWork * (base::Clock::real().steady_now() - begun));
    const bool slept = co_await base::sleep_for(taken ? rest : options.retry_after);
    if (!slept) co_return;
  }
}

Backups::Backups(base::Runtime& runtime, mvcc::Store& store, BackupOptions options)
    : impl_(std::make_unique<Impl>(runtime, store, std::move(options))) {}

Backups::~Backups() {
  impl_->pool.join();
}

replication::StateMachine& Backups::machine() {
  return impl_->machine;
}

void Backups::start(replication::Replicator& replicator) {
  impl_->replicator = &replicator;
  base::log::info("backups are taken", {{"dir", impl_->options.dir.string()},
                                        {"interval", base::format_duration(impl_->options.interval)}});
  impl_->tasks.spawn("archive", [this] { return impl_->run_archive(); });
  impl_->tasks.spawn("snapshots", [this] { return impl_->run_snapshots(); });
}

base::Awaitable<void> Backups::stop() {
  impl_->stopping = true;
  impl_->tasks.cancel();
  co_await impl_->tasks.join();
  if (!impl_->replicator) co_return;
  base::Result<void> done;
  std::function<void()> work = [&] {
    done = impl_->archive_blocking(false);
    if (done) done = impl_->writer.seal();
  };
  co_await base::run_blocking(impl_->pool.get_executor(), std::move(work));
  if (!done) base::log::error("the end of the log was not archived", {{"error", done.error()}});
}

}  // namespace raft_store::backup
