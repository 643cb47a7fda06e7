#include "apiserver/request/encodings.hpp"

namespace apiserver::request {
namespace {

/// All of a form that its encoding depends on.
std::uint32_t number_of(const Wanted& wanted, bool with_columns) {
  const auto& form = wanted.form;
  return static_cast<std::uint32_t>(form.encoding) | static_cast<std::uint32_t>(form.shape) << 4 |
         static_cast<std::uint32_t>(wanted.include) << 8 | (form.version == "v1" ? 0u : 1u) << 12 |
         (with_columns ? 1u : 0u) << 13;
}

}  // namespace

std::size_t Encodings::Hash::operator()(const Key& key) const noexcept {
  const auto mix = [](const void* p) { return std::hash<const void*>()(p); };
  return (mix(key.entry) * 31 + mix(key.resource)) * 31 + key.form;
}

api::StatusOr<http::SharedBytes> Encodings::get(const cache::EntryPtr& entry,
                                                const api::ResourceInfo& resource, const Wanted& wanted,
                                                bool with_columns, const Make& make) {
  const Key key{entry.get(), &resource, number_of(wanted, with_columns)};
  {
    std::lock_guard lock(mutex_);
    if (const auto hit = index_.find(key); hit != index_.end()) {
      known_.splice(known_.begin(), known_, hit->second);
      return hit->second->bytes;
    }
  }
  auto made = make();
  if (!made) return made;
  std::lock_guard lock(mutex_);
  if (index_.contains(key)) return made;
  known_.push_front({key, entry, *made});
  index_[key] = known_.begin();
  bytes_ += known_.front().size();
  while (bytes_ > bytes_max_ && !known_.empty()) {
    bytes_ -= known_.back().size();
    index_.erase(known_.back().key);
    known_.pop_back();
  }
  return made;
}

std::size_t Encodings::bytes() const {
  std::lock_guard lock(mutex_);
  return bytes_;
}

}  // namespace apiserver::request
