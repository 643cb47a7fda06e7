#include "client/leader_election.hpp"
#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/this_coro.hpp>
#include <random>
#include "base/log.hpp"
#include "client/lease_record.hpp"

namespace client {

namespace {

using api::coordination::v1::Lease;
using base::Awaitable;
using base::Result;

constexpr auto release_time_max = std::chrono::seconds(2);

/// Shared by the tasks of one candidacy; all on one strand.
class Candidacy : public std::enable_shared_from_this<Candidacy> {
 public:
  Candidacy(const base::Executor& ex, std::shared_ptr<RestClient> rest, LeaderElectionOptions options)
      : changed(ex), rest_(std::move(rest)), options_(options), record_(std::move(options)) {}

  /// One attempt to become or stay the holder.
  Awaitable<Result<void>> try_claim() {
    auto read = co_await rest_->get<Lease>(options_.lease_namespace, options_.lease_name);
    if (!read && !read.error().is(base::Errc::not_found)) co_return read.error();
    const auto& clock = base::Clock::real();
    std::optional<Lease> current;
    if (read) current = std::move(*read);
    if (current && !record_.may_claim(*current, clock.steady_now()))
      co_return base::Error(base::Errc::conflict, "held by " + current->spec.holder_identity);
    // The moment of asking, not of the answer: others count from when they see it.
    const auto asked = clock.steady_now();
    Lease wanted = record_.claim(current, clock.now());
    const bool exists = current.has_value();
    auto written = co_await write(std::move(wanted), exists);
    if (!written) co_return written.error();
    held = std::move(*written);
    renewed_at = asked;
    co_return Result<void>();
  }

  Awaitable<Result<Lease>> write(Lease lease, bool exists) {
    if (exists) co_return co_await rest_->update<Lease>(std::move(lease));
    co_return co_await rest_->create<Lease>(std::move(lease));
  }

  Awaitable<void> renew() {
    while (true) {
      const bool slept = co_await base::sleep_for(options_.retry_period);
      if (!slept) co_return;
      auto done = co_await try_claim();
      if (!done) {
        base::log::warning("the lease was not renewed",
                           {{"lease", options_.lease_name}, {"error", done.error()}});
        lost = held && done.error().is(base::Errc::conflict) && done.error().message.starts_with("held by");
      }
      changed.set();
      if (lost) co_return;
    }
  }

  Awaitable<void> release() {
    Lease free = record_.release(*held, base::Clock::real().now());
    auto done = co_await rest_->update<Lease>(std::move(free));
    if (!done) base::log::info("the lease was not released", {{"error", done.error()}});
    changed.set();
  }

  std::chrono::nanoseconds time_left() const {
    return renewed_at + options_.renew_deadline - base::Clock::real().steady_now();
  }

  base::Event changed;
  std::optional<Lease> held;
  base::SteadyTime renewed_at{};
  bool lost = false, done = false;

 private:
  std::shared_ptr<RestClient> rest_;
  LeaderElectionOptions options_;
  LeaseRecord record_;
};

std::chrono::nanoseconds jittered(std::chrono::nanoseconds period) {
  thread_local std::minstd_rand generator(std::random_device{}());
  const double factor = std::uniform_real_distribution<double>(1.0, 2.2)(generator);
  return std::chrono::nanoseconds(static_cast<std::int64_t>(period.count() * factor));
}

Awaitable<bool> is_cancelled() {
  const auto state = co_await boost::asio::this_coro::cancellation_state;
  co_return state.cancelled() != boost::asio::cancellation_type::none;
}

/// False if cancelled.
Awaitable<bool> acquire(std::shared_ptr<Candidacy> candidacy, LeaderElectionOptions options) {
  std::string last;
  while (true) {
    auto done = co_await candidacy->try_claim();
    if (done) co_return true;
    if (done.error().is(base::Errc::cancelled)) co_return false;
    if (done.error().message != last)
      base::log::info("waiting for the lease", {{"lease", options.lease_name}, {"why", done.error()}});
    last = done.error().message;
    co_await base::sleep_for(jittered(options.retry_period));
    // Whether or not the sleep was cut short: a cancellation that comes when it has just ended is no less
    // one.
    const bool cancelled = co_await is_cancelled();
    if (cancelled) co_return false;
  }
}

/// Runs `lead` and the renewals until one of them ends or we are cancelled.
Awaitable<void> hold(std::shared_ptr<Candidacy> c, base::TaskGroup& tasks,
                     std::function<Awaitable<void>()> lead) {
  tasks.spawn("renew", [c] { return c->renew(); });
  tasks.spawn("lead", [c, lead = std::move(lead)]() -> Awaitable<void> {
    co_await lead();
    c->done = true;
    c->changed.set();
  });
  while (!c->done && !c->lost && c->time_left().count() > 0) {
    c->changed.reset();
    co_await c->changed.wait_for(c->time_left());
    // Also when woken: the cancellation may have come just then, and would not be seen by the next wait.
    const bool cancelled = co_await is_cancelled();
    if (cancelled) co_return;
  }
}

}  // namespace

Awaitable<Result<void>> run_leader_elected(std::shared_ptr<RestClient> rest, LeaderElectionOptions options,
                                           std::function<Awaitable<void>()> lead) {
  // Cancellation is a branch here, not an exception: the lease is to be released after it.
  co_await boost::asio::this_coro::throw_if_cancelled(false);
  const auto ex = co_await boost::asio::this_coro::executor;
  auto candidacy = std::make_shared<Candidacy>(ex, std::move(rest), options);
  const bool acquired = co_await acquire(candidacy, options);
  if (!acquired) co_return base::Error(base::Errc::cancelled, "cancelled while waiting for the lease");
  base::log::info("became leader", {{"lease", options.lease_name}, {"identity", options.identity}});

  base::TaskGroup tasks(ex, "leader " + options.lease_name);
  co_await hold(candidacy, tasks, std::move(lead));
  const bool cancelled = co_await is_cancelled();
  co_await boost::asio::this_coro::reset_cancellation_state(boost::asio::disable_cancellation());
  const bool lost = !candidacy->done && !cancelled;
  tasks.cancel();
  co_await tasks.join();
  if (lost) co_return base::Error(base::Errc::conflict, "the lease " + options.lease_name + " was lost");

  base::TaskGroup release(ex, "release " + options.lease_name);
  candidacy->changed.reset();
  release.spawn("release", [candidacy] { return candidacy->release(); });
  co_await candidacy->changed.wait_for(release_time_max);
  release.cancel();
  co_await release.join();
  if (cancelled) co_return base::Error(base::Errc::cancelled, "cancelled");
  co_return Result<void>();
}

}  // namespace client
