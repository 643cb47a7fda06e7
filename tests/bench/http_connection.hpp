#pragma once
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include "base/async.hpp"
#include "http/tls.hpp"

namespace http::detail {
class Stream;
}

/// For sources only.
namespace bench {

/// A kept-alive HTTP/1.1 connection for POSTs, with as little of its own as the gRPC one has: no pool, no
/// time-outs, no headers but those that are needed. One call at a time, on any executor.
class HttpConnection {
 public:
  using Sink = std::function<void(std::string_view piece)>;

  static base::Awaitable<base::Result<std::unique_ptr<HttpConnection>>> connect(
      std::string host, std::string port, std::shared_ptr<http::TlsContext> tls);
  ~HttpConnection();

  /// `head`: up to the length, which is added. The body of the answer goes to `sink` as it arrives, after its
  /// length to `expect` if that is known; the status comes back. Error: unavailable; after it the connection
  /// is of no use.
  using Expect = std::function<void(std::size_t bytes)>;
  base::Awaitable<base::Result<int>> call(std::string_view head, std::string_view body, const Sink& sink,
                                          const Expect& expect = nullptr);

 private:
  explicit HttpConnection(std::shared_ptr<http::detail::Stream> stream);
  struct Head {
    int status = 0;
    std::size_t length = 0;
    bool chunked = false;
  };
  base::Awaitable<base::Result<void>> fill();
  base::Awaitable<base::Result<Head>> read_head();
  base::Awaitable<base::Result<void>> pass_on(std::size_t bytes, const Sink& sink);
  base::Awaitable<base::Result<void>> pass_chunks(const Sink& sink);
  base::Awaitable<base::Result<std::string_view>> read_line();

  std::shared_ptr<http::detail::Stream> stream_;
  std::string buffer_, out_;  ///< What was read is in [at_, end_).
  std::size_t at_ = 0, end_ = 0;
};

}  // namespace bench
