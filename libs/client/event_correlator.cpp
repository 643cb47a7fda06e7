#include "client/event_correlator.hpp"
#include <algorithm>
#include <cstdio>

namespace client {

namespace {

constexpr std::size_t keys_max = 4096;
constexpr double burst = 25, tokens_per_second = 1.0 / 300;
constexpr std::size_t messages_max = 10;
constexpr auto group_time = std::chrono::minutes(10);
constexpr std::size_t message_bytes_max = 1024;

std::string about(const EventCorrelator::Event& e) {
  const auto& o = e.involved_object;
  const auto source = e.source.value_or(api::core::v1::EventSource{});
  std::string key;
  for (const auto* part : {&source.component, &source.host, &o.kind, &o.namespace_, &o.name, &o.uid,
                           &o.api_version, &o.field_path}) {
    key += *part;
    key += '\0';
  }
  return key;
}

std::string group_of(const EventCorrelator::Event& e) {
  return about(e) + e.type + '\0' + e.reason + '\0';
}

std::string new_name(const EventCorrelator::Event& e, base::SystemTime now) {
  char suffix[24];
  std::snprintf(suffix, sizeof suffix, ".%llx",
                static_cast<unsigned long long>(now.time_since_epoch().count()));
  return e.involved_object.name + suffix;
}

}  // namespace

template <class V>
V& EventCorrelator::Cache<V>::at(const std::string& key) {
  auto hit = index_.find(key);
  if (hit != index_.end()) {
    order_.splice(order_.begin(), order_, hit->second);
    return order_.front().second;
  }
  if (order_.size() >= keys_max) {
    index_.erase(order_.back().first);
    order_.pop_back();
  }
  order_.emplace_front(key, V{});
  index_[key] = order_.begin();
  return order_.front().second;
}

template <class V>
void EventCorrelator::Cache<V>::erase(const std::string& key) {
  auto hit = index_.find(key);
  if (hit == index_.end()) return;
  order_.erase(hit->second);
  index_.erase(hit);
}

bool EventCorrelator::admit(const Event& event, base::SystemTime now) {
  auto& bucket = buckets_.at(about(event));
  if (bucket.tokens < 0) {
    bucket.tokens = burst;
  } else {
    const double passed = std::chrono::duration<double>(now - bucket.at).count();
    bucket.tokens = std::min(burst, bucket.tokens + std::max(0.0, passed) * tokens_per_second);
  }
  bucket.at = now;
  if (bucket.tokens < 1) return false;
  bucket.tokens -= 1;
  return true;
}

std::string EventCorrelator::aggregate(Event& event, base::SystemTime now) {
  const auto key = group_of(event);
  auto& group = groups_.at(key);
  if (now - group.last > group_time) group.messages.clear();
  group.last = now;
  if (group.messages.size() < messages_max || group.messages.contains(event.message)) {
    group.messages.insert(event.message);
    return key + event.message;
  }
  event.message = "(combined from similar events): " + event.message;
  return key;
}

std::optional<EventCorrelator::Decision> EventCorrelator::correlate(Event event, base::SystemTime now) {
  if (event.message.size() > message_bytes_max) event.message.resize(message_bytes_max);
  const auto key = aggregate(event, now);
  if (!admit(event, now)) return std::nullopt;
  auto& sent = sent_.at(key);
  Decision out;
  out.known = sent.count > 0;
  if (!out.known) {
    sent.name = new_name(event, now);
    sent.first = api::Time{now};
  }
  event.metadata.name = sent.name;
  event.metadata.namespace_ =
      event.involved_object.namespace_.empty() ? "default" : event.involved_object.namespace_;
  event.count = ++sent.count;
  event.first_timestamp = sent.first;
  event.last_timestamp = api::Time{now};
  out.event = std::move(event);
  return out;
}

void EventCorrelator::forget(const Event& event) {
  const auto key = group_of(event);
  sent_.erase(key);
  sent_.erase(key + event.message);
}

}  // namespace client
