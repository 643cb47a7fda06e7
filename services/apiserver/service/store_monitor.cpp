#include "apiserver/service/store_monitor.hpp"
#include "base/log.hpp"

namespace apiserver {
namespace {

using namespace std::chrono_literals;
constexpr std::chrono::nanoseconds every = 2s, every_when_away = 500ms, overdue_after = 3s;

}  // namespace

base::Awaitable<void> StoreMonitor::run() {
  for (bool more = true; more;) {
    co_await ask();
    more = co_await base::sleep_for(serving_ ? every : every_when_away);
  }
}

base::Awaitable<void> StoreMonitor::ask() {
  storage::RangeRequest request;  // A linearizable read, of a key that need not exist.
  request.key = "/registry/health";
  request.count_only = true;
  asked_at_ = std::chrono::steady_clock::now();
  const auto answer = co_await store_->range(std::move(request));
  asked_at_ = std::chrono::steady_clock::time_point();
  note(answer);
}

bool StoreMonitor::serving() const noexcept {
  const auto asked = asked_at_.load();
  const bool waiting = asked != std::chrono::steady_clock::time_point();
  return serving_ && !(waiting && std::chrono::steady_clock::now() - asked > overdue_after);
}

void StoreMonitor::note(const base::Result<storage::RangeResponse>& answer) {
  const auto now = std::chrono::steady_clock::now();
  if (answer) {
    if (!serving_)
      base::log::info(
          "the store serves",
          {{"revision", answer->revision},
           {"was away for", failures_ ? std::chrono::duration<double>(now - away_since_).count() : 0.0}});
    failures_ = 0;
    serving_ = true;
    return;
  }
  if (failures_++ == 0) away_since_ = now;
  serving_ = false;
  // The first, then fewer and fewer: the 2nd, 4th, 8th ... and from the 16th on every 16th.
  const bool tell = (failures_ & (failures_ - 1)) == 0 || failures_ % 16 == 0;
  if (tell)
    base::log::warning(
        "waiting for the store: check --etcd-servers and the store's own log",
        {{"error", answer.error()}, {"away for", std::chrono::duration<double>(now - away_since_).count()}});
}

}  // namespace apiserver
