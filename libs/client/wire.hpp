#pragma once
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include "api/resource.hpp"
#include "base/error.hpp"
#include "client/rest.hpp"
#include "http/message.hpp"

/// How the client's calls look on the wire, without sending anything. Source: Kubernetes API concepts.
namespace client::wire {

/// "/apis/apps/v1/namespaces/default/deployments/web/scale"; each part percent-encoded.
std::string path_of(const api::ResourceInfo& r, std::string_view ns, std::string_view name,
                    std::string_view subresource);

std::string query_of(const ListOptions& o);
std::string query_of(const WatchOptions& o);
/// `force`: for apply, which takes over fields of other managers.
std::string query_of(const WriteOptions& o, bool force);
/// The DeleteOptions body.
std::string body_of(const DeleteOptions& o);
std::string_view content_type(PatchType type) noexcept;

/// The failure an answer outside 2xx stands for: its Status, or what its code says if it carries none.
base::Error error_of(const http::Response& response);

/// Seconds of a Retry-After header; empty if there is none or it is no number.
std::optional<std::chrono::seconds> retry_after(const http::Headers& headers);
/// How long to wait before attempt `attempt` (from 1) is repeated after an answer; empty: hand the answer to
/// the caller. 429, and 5xx that say when to come back, are worth 10 repetitions of at most half a minute
/// each.
std::optional<std::chrono::milliseconds> wait_after_answer(int attempt, int status,
                                                           const http::Headers& headers);
/// The same after a failure without an answer: reads are repeated 3 times.
std::optional<std::chrono::milliseconds> wait_after_error(int attempt, bool read, const base::Error& error);

/// Cuts a stream of bytes into lines. A line past `line_max` bytes is an error.
class LineSplitter {
 public:
  explicit LineSplitter(std::size_t line_max = 64 * 1024 * 1024) : line_max_(line_max) {}
  void feed(std::string_view bytes);
  /// The next whole line without its newline; empty lines are left out. Error: resource_exhausted.
  base::Result<std::optional<std::string>> next();
  bool pending() const noexcept { return from_ < buffer_.size(); }

 private:
  std::string buffer_;
  std::size_t from_ = 0, searched_ = 0, line_max_;
};

/// One line of a watch. An ERROR frame becomes the error its Status stands for (expired for 410).
base::Result<RawEvent> event_of(std::string_view line);

}  // namespace client::wire
