#include "client/key_queue.hpp"
#include <algorithm>

namespace client {

bool KeyQueue::add(const std::string& key, base::SteadyTime now) {
  if (!dirty_.emplace(key, now).second) return false;
  if (!working_.contains(key)) order_.push_back(key);
  return true;
}

void KeyQueue::add_at(const std::string& key, base::SteadyTime due) {
  auto [it, fresh] = due_.emplace(key, due);
  if (!fresh) {
    if (it->second <= due) return;
    by_due_.erase({it->second, key});
    it->second = due;
  }
  by_due_.emplace(due, key);
}

int KeyQueue::promote(base::SteadyTime now) {
  int fresh = 0;
  while (!by_due_.empty() && by_due_.begin()->first <= now) {
    auto key = by_due_.begin()->second;
    by_due_.erase(by_due_.begin());
    due_.erase(key);
    if (add(key, now)) ++fresh;
  }
  return fresh;
}

std::optional<KeyQueue::Taken> KeyQueue::take(base::SteadyTime now) {
  if (order_.empty()) return std::nullopt;
  Taken taken{std::move(order_.front()), {}};
  order_.pop_front();
  auto wanted = dirty_.find(taken.key);
  taken.waited = now - wanted->second;
  dirty_.erase(wanted);
  working_.emplace(taken.key, now);
  return taken;
}

std::chrono::nanoseconds KeyQueue::done(const std::string& key, base::SteadyTime now) {
  auto it = working_.find(key);
  if (it == working_.end()) return {};
  const auto worked = now - it->second;
  working_.erase(it);
  if (dirty_.contains(key)) order_.push_back(key);
  return worked;
}

std::optional<base::SteadyTime> KeyQueue::next_due() const {
  if (by_due_.empty()) return std::nullopt;
  return by_due_.begin()->first;
}

KeyBackoff::KeyBackoff(std::chrono::nanoseconds base, std::chrono::nanoseconds max)
    : base_(base), max_(max) {}

std::chrono::nanoseconds KeyBackoff::next(const std::string& key) {
  const int failures = failures_[key]++;
  auto delay = base_;
  for (int i = 0; i < failures && delay < max_; ++i)
    delay *= 2;
  return std::min(delay, max_);
}

int KeyBackoff::failures(const std::string& key) const {
  auto it = failures_.find(key);
  return it == failures_.end() ? 0 : it->second;
}

}  // namespace client
