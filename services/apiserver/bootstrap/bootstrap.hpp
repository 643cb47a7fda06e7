#pragma once
#include <atomic>
#include <memory>
#include "api/status.hpp"
#include "apiserver/bootstrap/plan.hpp"
#include "base/async.hpp"

namespace apiserver::bootstrap {

/// Writes as the server itself: the path of a request without authentication and authorization.
class ObjectWriter {
 public:
  virtual ~ObjectWriter() = default;
  virtual base::Awaitable<api::StatusOr<void>> write(Write write) = 0;
};

/// Brings the cluster to its plan at start-up, and keeps it there: every `server_renewal` the Lease is
/// renewed, and what was deleted or has changed is written again. Several servers may do so at once: who
/// comes second finds the object there, and plans again at the next pass.
///
/// Runs on the strand given; `done` may be asked from any thread. What it was given must outlive it.
class Bootstrap {
 public:
  Bootstrap(base::Executor ex, Config config, const ObjectLookup& lookup, ObjectWriter& writer,
            const base::Clock& clock);
  ~Bootstrap();

  /// One pass over everything. False if some write failed for another reason than a race, or if cancelled.
  base::Awaitable<bool> pass();
  /// Passes until cancelled, quickly repeated until the first one succeeds.
  base::Awaitable<void> run();
  /// Takes this server out of the endpoints: for a graceful end, after `run` was cancelled.
  base::Awaitable<void> leave();
  /// Cancels the writes still under way and waits for them. Nothing is written after.
  base::Awaitable<void> stop();
  /// True once a pass succeeded.
  bool done() const noexcept { return done_; }

 private:
  base::Awaitable<bool> write_all(Writes writes);
  base::Awaitable<bool> write_one(Write write);
  struct Batch;
  base::Awaitable<void> work_off(std::shared_ptr<Batch> batch);

  Config config_;
  const ObjectLookup& lookup_;
  ObjectWriter& writer_;
  const base::Clock& clock_;
  std::atomic<bool> done_{false};
  base::TaskGroup writers_;
};

}  // namespace apiserver::bootstrap
