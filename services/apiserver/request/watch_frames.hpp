#pragma once
#include <functional>
#include <vector>
#include "api/resource.hpp"
#include "apiserver/cache/watcher.hpp"
#include "apiserver/registry/conversion.hpp"
#include "apiserver/request/encodings.hpp"

namespace apiserver::request {

/// The frames of one watch, in the form its client asked for, gathered for one write. The plain form refers
/// to the entries' own bytes, which all watchers share; other forms are made once for all who ask for them.
/// A frame in JSON is a line, one in protobuf a message with its length before it. Belongs to one coroutine.
class WatchFrames {
 public:
  /// The others must outlive it.
  WatchFrames(const Wanted& wanted, const api::ResourceInfo& resource, Encodings& encodings,
              std::function<base::SystemTime()> now);

  /// Any event but initial_end.
  void add(const cache::Event& event);
  /// All up to `revision` has been told; `initial_end`: that was the state the watch started with.
  void add_bookmark(storage::Revision revision, bool initial_end);
  /// The last frame: why the watch ends.
  void add_error(const api::StatusError& error);

  std::size_t events() const noexcept { return events_; }
  std::size_t bytes() const noexcept { return bytes_; }
  /// What was gathered; starts anew.
  std::vector<http::SharedBytes> take();

  static constexpr std::size_t json_pieces = 3;      ///< Of a frame: before the object, the object, after it.
  static constexpr std::size_t protobuf_pieces = 2;  ///< Of a frame: before the object, the object.
  static constexpr std::size_t length_bytes = 4;     ///< That a frame in protobuf begins with.

 private:
  enum class Type { added, modified, deleted, bookmark, error };
  static Type type_of(const cache::Event& event) noexcept;
  void put(Type type, http::SharedBytes object);
  /// `audience`: about how many watchers are told of it at once.
  void put_shaped(Type type, const cache::EntryPtr& entry, std::size_t audience);

  const Wanted wanted_;
  const api::ResourceInfo& resource_;
  const registry::Presenter present_;
  Encodings& encodings_;
  const std::function<base::SystemTime()> now_;
  bool first_ = true;  ///< Columns go with the first Table only.
  std::vector<http::SharedBytes> pieces_;
  std::size_t events_ = 0, bytes_ = 0;
};

}  // namespace apiserver::request
