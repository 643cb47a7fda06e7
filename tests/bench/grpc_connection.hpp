#pragma once
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>
#include "base/async.hpp"

struct nghttp2_session;

/// For sources only: includes Asio.
namespace bench {

/// A gRPC client on one HTTP/2 connection over TLS: nghttp2 for the frames, the five-byte message head by
/// hand. Calls whose requests are known from the start, with one or many answers. Owns a strand; ``submit` on
/// it. Source: "gRPC over HTTP2" of the gRPC documentation.
class GrpcConnection {
 public:
  /// One call. Its functions are called on the strand; `done` exactly once, last.
  struct Call {
    std::function<void(std::string_view piece)> on_bytes;  ///< Bytes of the answer, message heads included.
    std::function<void(base::Result<void>)> done;
    std::string path, body;
    std::size_t sent = 0;
    std::string status, message;  ///< grpc-status, grpc-message.
  };
  using CallPtr = std::shared_ptr<Call>;

  GrpcConnection(base::Executor strand, std::string authority, std::shared_ptr<void> ssl_context);
  ~GrpcConnection();
  base::Awaitable<base::Result<void>> connect(std::string host, std::string port);
  const base::Executor& strand() const { return strand_; }
  void submit(CallPtr call, const std::vector<std::string>& messages);
  /// Ends every call, then the connection. From any strand; before destruction.
  base::Awaitable<void> close();

 private:
  friend struct Callbacks;
  base::Awaitable<void> read();
  base::Awaitable<void> write();
  void fail(const std::string& why);
  void finish(std::int32_t id, base::Result<void> result);

  base::Executor strand_;
  std::string authority_;
  std::shared_ptr<void> native_;
  boost::asio::ssl::context context_;
  boost::asio::ssl::stream<boost::asio::ip::tcp::socket> stream_;
  nghttp2_session* session_ = nullptr;
  std::map<std::int32_t, CallPtr> calls_;
  std::string out_;
  base::Event write_wanted_;
  bool broken_ = false;
  base::TaskGroup tasks_;
};

}  // namespace bench
