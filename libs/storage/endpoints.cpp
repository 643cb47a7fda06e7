#include "storage/endpoints.hpp"
#include <boost/asio/awaitable.hpp>
#include <boost/asio/this_coro.hpp>
#include "base/assert.hpp"
#include "base/log.hpp"

namespace storage {
namespace {

/// How often the silent are looked for: what it adds to the time until one is found.
constexpr std::chrono::milliseconds kLookEvery(50);

base::SteadyTime now() {
  return base::Clock::real().steady_now();
}

}  // namespace

Endpoints::Use::Use(std::shared_ptr<Endpoints> owner, std::size_t index, base::Latch broken_off)
    : owner_(std::move(owner)), index_(index), broken_off_(std::move(broken_off)) {}

Endpoints::Use::~Use() {
  const std::lock_guard lock(owner_->mutex_);
  owner_->health_.ended(index_);
}

Endpoints::Endpoints(std::vector<RemoteEndpoint> endpoints, EndpointHealthOptions options)
    : endpoints_(std::move(endpoints)), health_(endpoints_.size(), options), broken_off_(endpoints_.size()) {
  COX_ASSERT(!endpoints_.empty(), "a store needs an endpoint");
}

Endpoints::UsePtr Endpoints::use(const std::vector<bool>& tried) {
  const std::lock_guard lock(mutex_);
  const auto at = now();
  const std::size_t index = health_.choose(at, tried);
  health_.began(index, at);
  return std::make_shared<const Use>(shared_from_this(), index, broken_off_[index]);
}

void Endpoints::heard(std::size_t index) {
  const std::lock_guard lock(mutex_);
  health_.heard(index, now());
}

void Endpoints::failed(std::size_t index) {
  const std::lock_guard lock(mutex_);
  health_.failed(index, now());
}

base::Awaitable<void> Endpoints::look_after(Ask ask) {
  if (size() == 1) co_return;
  base::TaskGroup questions(co_await base::asio::this_coro::executor, "store endpoints");
  for (bool more = true; more;) {
    for (const std::size_t index : look())
      questions.spawn("sign of life", [this, index, ask] { return question(index, ask); });
    more = co_await base::sleep_for(kLookEvery);
  }
  // They use what is here.
  co_await base::asio::this_coro::reset_cancellation_state(base::asio::disable_cancellation());
  questions.cancel();
  co_await questions.join();
}

EndpointHealth::Indexes Endpoints::look() {
  const std::lock_guard lock(mutex_);
  for (const std::size_t index : health_.newly_stalled(now())) {
    base::log::warning("an endpoint of the store gives no sign of life: others are used until it does",
                       {{"url", endpoints_[index].url}});
    broken_off_[index].open();
    broken_off_[index] = base::Latch();
  }
  return health_.due(now());
}

base::Awaitable<void> Endpoints::question(std::size_t index, Ask ask) {
  const bool answered = co_await ask(*endpoints_[index].client);
  const std::lock_guard lock(mutex_);
  health_.asked(index);
  if (!answered) co_return;
  if (health_.stalled(index))
    base::log::info("an endpoint of the store answers again", {{"url", endpoints_[index].url}});
  health_.heard(index, now());
}

}  // namespace storage
