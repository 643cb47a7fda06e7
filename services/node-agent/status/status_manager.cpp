#include "node-agent/status/status_manager.hpp"
#include <algorithm>
#include "base/log.hpp"
#include "node-agent/status/status_patch.hpp"

namespace node_agent::status {

namespace core = api::core::v1;

namespace {

constexpr std::chrono::milliseconds retry_first{200}, retry_max{10'000};

/// The object is another one, or gone: there is nothing to write to.
bool pointless(const base::Error& e) {
  return e.is(base::Errc::not_found) || e.is(base::Errc::conflict);
}

}  // namespace

StatusManager::StatusManager(base::Executor strand, std::shared_ptr<client::RestClient> rest, int writers)
    : strand_(strand),
      rest_(std::move(rest)),
      writers_(writers),
      work_(strand),
      tasks_(strand, "pod-status") {}

StatusManager::~StatusManager() = default;

void StatusManager::start() {
  for (int i = 0; i < writers_; ++i)
    tasks_.spawn("writer", [this] { return write_loop(); });
}

base::Awaitable<void> StatusManager::stop() {
  tasks_.cancel();
  co_await tasks_.join();
}

void StatusManager::enqueue(const std::string& uid, Entry& entry) {
  if (entry.queued || entry.under_way) return;
  entry.queued = true;
  queue_.push_back(uid);
  work_.set();
}

void StatusManager::set(const core::Pod& pod, core::PodStatus status) {
  auto [it, fresh] = entries_.try_emplace(pod.metadata.uid);
  auto& entry = it->second;
  if (fresh) {
    entry.ns = pod.metadata.namespace_;
    entry.name = pod.metadata.name;
    entry.known = pod.status;
  }
  entry.wanted = std::move(status);
  if (!(entry.wanted == entry.known)) enqueue(pod.metadata.uid, entry);
}

void StatusManager::remove_when_written(const core::Pod& pod) {
  const auto it = entries_.find(pod.metadata.uid);
  if (it == entries_.end()) set(pod, pod.status);
  auto& entry = entries_[pod.metadata.uid];
  entry.remove = true;
  enqueue(pod.metadata.uid, entry);
}

void StatusManager::forget(const std::string& uid) {
  entries_.erase(uid);
}

bool StatusManager::written(const std::string& uid) const {
  const auto it = entries_.find(uid);
  return it == entries_.end() || (!it->second.under_way && it->second.wanted == it->second.known);
}

bool StatusManager::all_written() const {
  return std::all_of(entries_.begin(), entries_.end(), [](const auto& named) {
    const Entry& e = named.second;
    return !e.under_way && !e.remove && e.wanted == e.known;
  });
}

base::Awaitable<void> StatusManager::write_loop() {
  for (;;) {
    while (queue_.empty()) {
      work_.reset();
      const bool woken = co_await work_.wait();
      if (!woken) co_return;
    }
    std::string uid = std::move(queue_.front());
    queue_.pop_front();
    co_await write(std::move(uid));
  }
}

base::Awaitable<void> StatusManager::write(std::string uid) {
  auto it = entries_.find(uid);
  if (it == entries_.end()) co_return;
  it->second.queued = false;
  it->second.under_way = true;
  auto result = co_await send(uid);
  finished(uid, result);
}

void StatusManager::finished(const std::string& uid, const base::Result<void>& result) {
  const auto it = entries_.find(uid);
  if (it == entries_.end()) return;
  auto& entry = it->second;
  entry.under_way = false;
  if (!result && pointless(result.error())) {
    entries_.erase(it);
    return;
  }
  if (result) {
    entry.failures = 0;
    if (entry.remove || !(entry.wanted == entry.known)) enqueue(uid, entry);
    return;
  }
  const auto delay = std::min(retry_first * (1 << std::min(entry.failures++, 6)), retry_max);
  base::log::warning("cannot write a pod's status",
                     {{"pod", entry.ns + "/" + entry.name}, {"error", result.error()}});
  tasks_.spawn("retry", [this, uid, delay]() -> base::Awaitable<void> {
    const bool slept = co_await base::sleep_for(delay);
    const auto again = entries_.find(uid);
    if (slept && again != entries_.end()) enqueue(uid, again->second);
  });
}

base::Awaitable<base::Result<void>> StatusManager::send(std::string uid) {
  const Entry entry = entries_.at(uid);
  auto patch = status_patch(uid, entry.known, entry.wanted);
  if (!patch.is_null()) {
    auto patched = co_await rest_->patch<core::Pod>(entry.ns, entry.name, client::PatchType::strategic,
                                                    std::move(patch), std::string("status"));
    if (!patched) co_return patched.error();
  }
  const auto it = entries_.find(uid);
  if (it == entries_.end()) co_return base::Result<void>();
  // What was sent counts as known: what the answer says beyond it is not ours. So does what cannot be told
  // apart on the wire, such as a time's fractions of a second.
  it->second.known = entry.wanted;
  if (!it->second.remove || !(it->second.wanted == entry.wanted)) co_return base::Result<void>();
  client::DeleteOptions options;
  options.grace_period_seconds = 0;
  options.precondition_uid = uid;
  auto removed = co_await rest_->remove<core::Pod>(entry.ns, entry.name, std::move(options));
  if (!removed && !pointless(removed.error())) co_return removed.error();
  entries_.erase(uid);
  co_return base::Result<void>();
}

}  // namespace node_agent::status
