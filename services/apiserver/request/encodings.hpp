#pragma once
#include <cstdint>
#include <functional>
#include <list>
#include <mutex>
#include <unordered_map>
#include "apiserver/cache/entry.hpp"
#include "apiserver/request/answer.hpp"

namespace apiserver::request {

/// What was lately made of entries for watchers that do not take the cache's own bytes, so that a change is
/// encoded once for all who ask for the same form of it. Thread-safe; holds at most `bytes_max` of entries
/// and encodings, those used last.
class Encodings {
 public:
  explicit Encodings(std::size_t bytes_max = 16 * 1024 * 1024) : bytes_max_(bytes_max) {}

  using Make = std::function<api::StatusOr<http::SharedBytes>()>;
  /// The encoding of `entry` as `wanted`, made with `make` if it is not known yet.
  api::StatusOr<http::SharedBytes> get(const cache::EntryPtr& entry, const api::ResourceInfo& resource,
                                       const Wanted& wanted, bool with_columns, const Make& make);
  std::size_t bytes() const;

 private:
  struct Key {
    const cache::Entry* entry = nullptr;
    const api::ResourceInfo* resource = nullptr;
    std::uint32_t form = 0;
    bool operator==(const Key&) const = default;
  };
  struct Hash {
    std::size_t operator()(const Key& key) const noexcept;
  };
  struct Known {
    Key key;
    cache::EntryPtr entry;  ///< Keeps its address from being another's.
    http::SharedBytes bytes;
    std::size_t size() const { return entry->json()->size() + bytes->size(); }
  };

  const std::size_t bytes_max_;
  mutable std::mutex mutex_;
  std::list<Known> known_;  ///< Guarded by mutex_, as are the next two. Used last: first.
  std::unordered_map<Key, std::list<Known>::iterator, Hash> index_;
  std::size_t bytes_ = 0;
};

}  // namespace apiserver::request
