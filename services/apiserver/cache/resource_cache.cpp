#include "apiserver/cache/resource_cache.hpp"
#include <algorithm>

namespace apiserver::cache {

ResourceCache::ResourceCache(std::string prefix, std::span<const kinds::SelectableField> fields,
                             Limits limits)
    : prefix_(std::move(prefix)), fields_(fields), limits_(limits) {
  const auto at =
      std::find_if(fields_.begin(), fields_.end(), [](const auto& f) { return f.label == "spec.nodeName"; });
  node_field_ = static_cast<std::size_t>(at - fields_.begin());
}

ResourceCache::ResourceCache(std::string prefix, std::span<const kinds::SelectableField> fields, Fresh fresh,
                             std::shared_ptr<const void> owner)
    : owner_(std::move(owner)),
      fresh_(std::move(fresh)),
      prefix_(std::move(prefix)),
      fields_(fields),
      limits_(),
      node_field_(fields.size()) {}

base::Result<EntryPtr> ResourceCache::entry(std::string key, std::string_view stored,
                                            Revision revision) const {
  if (!fresh_) return Entry::make(std::move(key), stored, revision, fields_);
  return Entry::make(std::move(key), fresh_(stored), revision, fields_);
}

EntryPtr ResourceCache::find(std::string_view key) const {
  std::lock_guard lock(mutex_);
  return index_.find(key);
}

ResourceCache::View ResourceCache::view() const {
  std::lock_guard lock(mutex_);
  return {index_.snapshot(), revision_};
}

std::size_t ResourceCache::size() const {
  std::lock_guard lock(mutex_);
  return index_.size();
}

std::size_t ResourceCache::watchers() const {
  std::lock_guard lock(mutex_);
  return watcher_count_;
}

Revision ResourceCache::window_start() const {
  std::lock_guard lock(mutex_);
  return window_start_;
}

ResourceCache::Watchers& ResourceCache::bucket_of(const Watcher& watcher) {
  const auto& s = watcher.selection();
  if (!s.name().empty()) return by_key_[s.ns().empty() ? s.name() : s.ns() + "/" + s.name()];
  if (const auto node = s.required(node_field_); !node.empty()) return by_node_[std::string(node)];
  if (!s.ns().empty()) return by_ns_[s.ns()];
  return everything_;
}

std::deque<Event> ResourceCache::present_state(const Selection& selection, bool initial_end,
                                               Revision revision) {
  std::deque<Event> events;
  const std::string from = selection.ns().empty() ? std::string() : selection.ns() + "/";
  index_.snapshot().scan(from, [&](const EntryPtr& entry) {
    if (!from.empty() && !entry->key().starts_with(from)) return false;
    if (selection.matches(*entry)) events.push_back({Event::Type::added, entry, entry->revision()});
    return true;
  });
  if (initial_end) events.push_back({Event::Type::initial_end, nullptr, revision});
  return events;
}

base::Result<void> ResourceCache::watch(const std::shared_ptr<Watcher>& watcher, Revision from,
                                        bool initial_end) {
  std::lock_guard lock(mutex_);
  std::deque<Event> events;
  if (from == 0) {
    events = present_state(watcher->selection(), initial_end, revision_);
  } else {
    if (from < window_start_)
      return base::Error(base::Errc::expired, "too old resource version: " + std::to_string(from) + " (" +
                                                  std::to_string(window_start_) + ")");
    const auto first = std::upper_bound(window_.begin(), window_.end(), from,
                                        [](Revision r, const ChangePtr& c) { return r < c->revision(); });
    for (auto it = first; it != window_.end(); ++it)
      if (auto event = watcher->see(**it)) events.push_back(std::move(*event));
  }
  watcher->start_with(std::move(events));
  bucket_of(*watcher).push_back(watcher);
  ++watcher_count_;
  if (ended_) watcher->close();
  return {};
}

void ResourceCache::unwatch(const std::shared_ptr<Watcher>& watcher) {
  std::lock_guard lock(mutex_);
  auto& bucket = bucket_of(*watcher);
  const auto gone = std::erase(bucket, watcher);
  watcher_count_ -= gone;
  // An empty bucket of a name that may never come again is not kept.
  std::erase_if(by_key_, [](const auto& b) { return b.second.empty(); });
}

void ResourceCache::publish(const Change& change) {
  std::size_t told = 0;
  const auto tell = [&](const Watchers& watchers) {
    for (const auto& w : watchers)
      if (auto event = w->see(change)) {
        event->audience = audience_;
        w->push(std::move(*event));
        ++told;
      }
  };
  const auto tell_in = [&](const auto& buckets, std::string_view name) {
    if (buckets.empty()) return;
    if (const auto it = buckets.find(std::string(name)); it != buckets.end()) tell(it->second);
  };
  const Entry& entry = change.after() ? *change.after() : *change.before();
  tell(everything_);
  tell_in(by_ns_, entry.ns());
  tell_in(by_key_, entry.key());
  if (!entry.ns().empty()) tell_in(by_key_, entry.name());  // All namespaces, one name.
  if (node_field_ != fields_.size()) {
    const auto before = change.before() ? change.before()->field(node_field_) : std::string_view();
    const auto after = change.after() ? change.after()->field(node_field_) : std::string_view();
    if (!before.empty()) tell_in(by_node_, before);
    if (!after.empty() && after != before) tell_in(by_node_, after);
  }
  audience_ = told;
}

base::Result<void> ResourceCache::apply(std::string key, const storage::Bytes& stored, Revision revision) {
  EntryPtr after;
  if (stored) {
    auto made = entry(key, *stored, revision);
    if (!made) return made.error();
    after = std::move(*made);
  }
  std::lock_guard lock(mutex_);
  revision_ = revision;
  EntryPtr before = after ? index_.put(after) : index_.remove(key);
  if (!before && !after) return {};
  auto change = std::make_shared<const Change>(revision, std::move(before), std::move(after));
  publish(*change);
  window_bytes_ += change->bytes();
  window_.push_back(std::move(change));
  trim();
  return {};
}

void ResourceCache::trim() {
  const auto stale = std::chrono::steady_clock::now() - limits_.fresh_for;
  while (window_.size() > limits_.changes_min) {
    const auto& oldest = *window_.front();
    if (window_.size() <= limits_.changes_max && window_bytes_ <= limits_.bytes_max && oldest.at() > stale)
      return;
    window_start_ = oldest.revision();
    window_bytes_ -= oldest.bytes();
    window_.pop_front();
  }
}

void ResourceCache::reset(std::vector<EntryPtr> entries, Revision revision) {
  OrderedIndex fresh;
  for (auto& e : entries)
    fresh.put(std::move(e));
  std::lock_guard lock(mutex_);
  index_ = std::move(fresh);
  window_.clear();
  window_bytes_ = 0;
  window_start_ = revision_ = revision;
  close_watchers();
}

void ResourceCache::close_watchers() {
  for (const auto& w : everything_)
    w->close();
  for (auto* buckets : {&by_key_, &by_node_, &by_ns_})
    for (auto& [name, watchers] : *buckets)
      for (const auto& w : watchers)
        w->close();
}

void ResourceCache::end() {
  std::lock_guard lock(mutex_);
  ended_ = true;
  close_watchers();
}

}  // namespace apiserver::cache
