#include "coxctl/store/long_work.hpp"
#include "base/clock.hpp"

namespace coxctl::store {
namespace {
constexpr std::chrono::seconds kShownAfter(2);
}

LateProgress::LateProgress(std::string label)
    : label_(std::move(label)), begun_(base::Clock::real().steady_now()) {}

void LateProgress::set(std::uint64_t done, std::uint64_t total) {
  if (!shown_) {
    if (base::Clock::real().steady_now() - begun_ < kShownAfter) return;
    shown_ = std::make_unique<Progress>(label_, total, Progress::Unit::bytes);
  }
  shown_->set_total(total);
  shown_->set(done);
}

void LateProgress::finish() {
  if (shown_) shown_->finish();
}

base::Awaitable<base::Result<void>> run_long(
    Context& context, std::string label,
    std::function<base::Result<void>(const raft_store::backup::Progress& progress)> work) {
  LateProgress shown(std::move(label));
  base::Result<void> result;
  std::function<void()> blocking = [&] {
    result = work([&](std::uint64_t done, std::uint64_t total) {
      shown.set(done, total);
      return !context.interrupted();
    });
  };
  co_await base::run_blocking(context.runtime.blocking_pool(), std::move(blocking));
  if (result) shown.finish();
  co_return result;
}

}  // namespace coxctl::store
