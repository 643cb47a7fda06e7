#include "apiserver/cache/ordered_index.hpp"
#include <algorithm>
#include <atomic>

namespace apiserver::cache {
namespace {

constexpr std::size_t chunk_max = 256;

auto lower_bound(const std::vector<EntryPtr>& entries, std::string_view key) {
  return std::lower_bound(entries.begin(), entries.end(), key,
                          [](const EntryPtr& e, std::string_view k) { return e->key() < k; });
}

}  // namespace

std::size_t Snapshot::chunk_of(std::string_view key) const noexcept {
  const auto after = std::upper_bound(
      chunks_->begin(), chunks_->end(), key,
      [](std::string_view k, const auto& chunk) { return k < chunk->entries.front()->key(); });
  return after == chunks_->begin() ? 0 : static_cast<std::size_t>(after - chunks_->begin()) - 1;
}

EntryPtr Snapshot::find(std::string_view key) const {
  const auto c = chunk_of(key);
  if (c >= chunks_->size()) return nullptr;
  const auto& entries = (*chunks_)[c]->entries;
  const auto at = lower_bound(entries, key);
  return at != entries.end() && (*at)->key() == key ? *at : nullptr;
}

std::size_t Snapshot::size() const noexcept {
  std::size_t n = 0;
  for (const auto& chunk : *chunks_)
    n += chunk->entries.size();
  return n;
}

Snapshot::Chunks& OrderedIndex::writable_chunks() {
  if (now_.chunks_.use_count() > 1) now_.chunks_ = std::make_shared<Snapshot::Chunks>(*now_.chunks_);
  // A reader's last look at it happened before it let go.
  std::atomic_thread_fence(std::memory_order_acquire);
  return const_cast<Snapshot::Chunks&>(*now_.chunks_);
}

OrderedIndex::Chunk& OrderedIndex::writable(Snapshot::Chunks& chunks, std::size_t i) {
  if (chunks[i].use_count() > 1) chunks[i] = std::make_shared<Chunk>(*chunks[i]);
  std::atomic_thread_fence(std::memory_order_acquire);
  return *chunks[i];
}

EntryPtr OrderedIndex::put(EntryPtr entry) {
  auto& chunks = writable_chunks();
  if (chunks.empty()) chunks.push_back(std::make_shared<Chunk>());
  const auto i = chunks.size() == 1 ? 0 : now_.chunk_of(entry->key());
  auto& entries = writable(chunks, i).entries;
  const auto at = entries.begin() + (lower_bound(entries, entry->key()) - entries.begin());
  if (at != entries.end() && (*at)->key() == entry->key()) {
    at->swap(entry);
    return entry;
  }
  entries.insert(at, std::move(entry));
  ++size_;
  if (entries.size() > chunk_max) {
    // Keys that only grow leave full chunks behind; others are halved.
    const bool at_end = i + 1 == chunks.size();
    const auto half =
        entries.begin() + static_cast<std::ptrdiff_t>(at_end ? chunk_max * 7 / 8 : chunk_max / 2);
    auto upper = std::make_shared<Chunk>();
    upper->entries.assign(std::make_move_iterator(half), std::make_move_iterator(entries.end()));
    entries.erase(half, entries.end());
    chunks.insert(chunks.begin() + static_cast<std::ptrdiff_t>(i) + 1, std::move(upper));
  }
  return nullptr;
}

EntryPtr OrderedIndex::remove(std::string_view key) {
  if (!now_.find(key)) return nullptr;
  auto& chunks = writable_chunks();
  const auto i = now_.chunk_of(key);
  auto& entries = writable(chunks, i).entries;
  const auto at = entries.begin() + (lower_bound(entries, key) - entries.begin());
  EntryPtr gone = std::move(*at);
  entries.erase(at);
  --size_;
  if (entries.empty()) chunks.erase(chunks.begin() + static_cast<std::ptrdiff_t>(i));
  return gone;
}

Snapshot OrderedIndex::snapshot() {
  return now_;
}

}  // namespace apiserver::cache
