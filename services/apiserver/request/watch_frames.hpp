#pragma once
#include <functional>
#include <vector>
#include "api/resource.hpp"
#include "apiserver/cache/watcher.hpp"
#include "apiserver/registry/conversion.hpp"
#include "apiserver/request/answer.hpp"

namespace apiserver::request {

/// The frames of one watch, in the form its client asked for, gathered for one write. The plain form refers
/// to the entries' own bytes, which all watchers share. Belongs to one coroutine.
class WatchFrames {
 public:
  WatchFrames(const Wanted& wanted, const api::ResourceInfo& resource, std::function<base::SystemTime()> now);

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

 private:
  void put(const http::SharedBytes& head, http::SharedBytes object);
  http::SharedBytes shaped(const cache::EntryPtr& entry);

  const Wanted wanted_;
  const api::ResourceInfo& resource_;
  const registry::Presenter present_;
  const std::function<base::SystemTime()> now_;
  bool first_ = true;  ///< Columns go with the first Table only.
  std::vector<http::SharedBytes> pieces_;
  std::size_t events_ = 0, bytes_ = 0;
};

}  // namespace apiserver::request
