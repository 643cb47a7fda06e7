#pragma once
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include "base/async.hpp"
#include "client/informer.hpp"
#include "client/rest.hpp"

namespace client {

/// Growing waits with jitter between attempts: each is drawn from [d, 2d), d doubles up to `max`.
class Backoff {
 public:
  explicit Backoff(std::chrono::milliseconds initial = std::chrono::milliseconds(200),
                   std::chrono::milliseconds max = std::chrono::seconds(15))
      : initial_(initial), max_(max), next_(initial) {}
  std::chrono::milliseconds next();
  void reset() noexcept { next_ = initial_; }

 private:
  std::chrono::milliseconds initial_, max_, next_;
};

/// Keeps one informer equal to the server: lists, then watches from the list's revision, resumes a watch that
/// ended from the last revision seen (bookmarks included), and lists again when that revision is gone (410).
/// Runs on the informer's strand. Source: API concepts, "Efficient detection of changes".
class Reflector {
 public:
  Reflector(std::shared_ptr<RestClient> rest, InformerBase& informer, InformerOptions options,
            std::function<void()> on_synced);
  /// Until cancelled.
  base::Awaitable<void> run();

 private:
  base::Awaitable<base::Result<void>> list();
  base::Awaitable<base::Result<void>> watch();
  base::Result<void> take(RawEvent event);

  std::shared_ptr<RestClient> rest_;
  InformerBase& informer_;
  InformerOptions options_;
  std::function<void()> on_synced_;
  std::string revision_;      ///< Empty: list first.
  bool any_revision_ = true;  ///< A list may be answered from the server's cache; not after 410.
  Backoff backoff_;
};

}  // namespace client
