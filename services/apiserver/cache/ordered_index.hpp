#pragma once
#include <memory>
#include <string_view>
#include <vector>
#include "apiserver/cache/entry.hpp"

namespace apiserver::cache {

/// Entries in the order of their keys, as it was at one moment. Immutable; cheap to hold and to copy.
class Snapshot {
 public:
  /// Calls `f(entry)` from the first key that is not before `from` on, while it returns true.
  template <class F>
  void scan(std::string_view from, F f) const;
  EntryPtr find(std::string_view key) const;
  std::size_t size() const noexcept;

 private:
  friend class OrderedIndex;
  /// A run of neighbours. Shared between snapshots until one of them changes.
  struct Chunk {
    std::vector<EntryPtr> entries;  ///< Never empty.
  };
  using Chunks = std::vector<std::shared_ptr<Chunk>>;
  std::size_t chunk_of(
      std::string_view key) const noexcept;  ///< The last whose first key is not after `key`.

  std::shared_ptr<const Chunks> chunks_ = std::make_shared<Chunks>();
};

/// The living index behind the snapshots. A change copies one chunk, and only when a snapshot still holds it.
/// Belongs to whoever guards it; snapshots taken from it may be read anywhere.
class OrderedIndex {
 public:
  EntryPtr find(std::string_view key) const { return view().find(key); }
  /// Puts the entry in and returns the one it replaced.
  EntryPtr put(EntryPtr entry);
  /// Takes it out and returns it; null if there was none.
  EntryPtr remove(std::string_view key);
  Snapshot snapshot();
  std::size_t size() const noexcept { return size_; }

 private:
  using Chunk = Snapshot::Chunk;
  const Snapshot& view() const { return now_; }
  Snapshot::Chunks& writable_chunks();
  Chunk& writable(Snapshot::Chunks& chunks, std::size_t i);

  Snapshot now_;
  std::size_t size_ = 0;
};

template <class F>
void Snapshot::scan(std::string_view from, F f) const {
  for (std::size_t c = chunk_of(from); c < chunks_->size(); ++c) {
    for (const auto& entry : (*chunks_)[c]->entries) {
      if (entry->key() < from) continue;
      if (!f(entry)) return;
    }
  }
}

}  // namespace apiserver::cache
