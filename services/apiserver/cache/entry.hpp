#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>
#include "api/object.hpp"
#include "api/selector.hpp"
#include "apiserver/kinds/kind.hpp"
#include "base/error.hpp"
#include "http/message.hpp"
#include "storage/store.hpp"

namespace apiserver::cache {

using storage::Revision;

/// One stored object as the cache keeps it: its JSON ready to send, and the few fields that selectors and
/// indexes need, parsed once. Immutable and shared: by the index, events and answers under way.
class Entry {
 public:
  const http::SharedBytes& json() const noexcept { return json_; }  ///< With metadata.resourceVersion.
  Revision revision() const noexcept { return revision_; }
  std::string_view ns() const noexcept { return slice(ns_); }  ///< Empty for cluster scope.
  std::string_view name() const noexcept { return slice(name_); }
  std::string_view uid() const noexcept { return slice(uid_); }
  /// "ns/name", or "name": the order of lists.
  std::string_view key() const noexcept { return slice(key_); }
  std::string_view field(std::size_t i) const noexcept {
    return slice(slices_[i]);
  }  ///< In the record's order.
  bool matches(const api::LabelSelector& selector) const;

  /// From the bytes as stored (without resourceVersion). `key` as described above.
  /// Error: corrupt when they are not an object of ours.
  static base::Result<std::shared_ptr<const Entry>> make(std::string key, std::string_view stored,
                                                         Revision revision,
                                                         std::span<const kinds::SelectableField> fields);
  /// The same object at a later revision: what a watcher is sent when it goes.
  std::shared_ptr<const Entry> at(Revision revision) const;
  api::Object parse() const;

 private:
  struct Slice {
    std::uint32_t at = 0, size = 0;
  };
  std::string_view slice(Slice s) const noexcept { return std::string_view(text_).substr(s.at, s.size); }
  Slice keep(std::string_view text);

  http::SharedBytes json_;
  std::string text_;           ///< All small strings, one after the other.
  std::vector<Slice> slices_;  ///< The selectable fields, then keys and values of the labels in turn.
  Revision revision_ = 0;
  Slice key_, ns_, name_, uid_;
  std::uint32_t field_count_ = 0;
};
using EntryPtr = std::shared_ptr<const Entry>;

/// The JSON of an object of ours. Pre: it was encoded here.
api::Object parse_object(std::string_view json);

/// The stored form with metadata.resourceVersion put in (or replaced), without parsing it.
std::string with_resource_version(std::string_view json, Revision revision);

}  // namespace apiserver::cache
