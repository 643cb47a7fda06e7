#pragma once
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include "base/async.hpp"
#include "raft-store/gateway/call_metrics.hpp"
#include "raft-store/gateway/form.hpp"

namespace raft_store::gateway {

/// A call with one request and one answer: bytes in, bytes out, both in `form`.
using Unary = std::function<base::Awaitable<base::Result<std::string>>(Form form, std::string body)>;
/// A call that answers the exchange itself. The result is for the metrics.
using Streaming = std::function<base::Awaitable<base::Result<void>>(http::Exchange& exchange, Form form)>;

/// A Unary from a coroutine of one message to another.
template <class In, class Out, class F>
Unary unary(F call) {
  return [call](Form form, std::string body) -> base::Awaitable<base::Result<std::string>> {
    base::Result<In> in = decode<In>(form, body);
    if (!in) co_return in.error();
    base::Result<Out> out = co_await call(std::move(*in));
    if (!out) co_return out.error();
    co_return encode(form, *out);
  };
}

/// The calls there are, by path: reads their bodies, answers them, counts them. Filled before the first
/// request, then immutable.
class Routes {
 public:
  Routes(base::metrics::Registry& metrics, std::size_t request_bytes_max)
      : metrics_(metrics), request_bytes_max_(request_bytes_max) {}

  /// `path` stands for the gRPC method; more than one path may.
  void add(const std::string& path, const char* service, const char* method, Unary call);
  /// `type`: as gRPC's metrics name it.
  void add(const std::string& path, const char* service, const char* method, Streaming call,
           const char* type = "bidi_stream");
  /// False, with nothing done, if the path is none of these.
  base::Awaitable<bool> serve(http::Exchange& exchange) const;

 private:
  struct Route {
    std::shared_ptr<CallMetrics> metrics;
    Unary unary;  ///< One of the two.
    Streaming streaming;
  };
  void add(const std::string& path, const char* service, const char* method, const char* type, Route route);
  base::Awaitable<base::Result<void>> serve_unary(http::Exchange& exchange, const Route& route) const;
  std::size_t body_bytes_max(Form form) const;

  base::metrics::Registry& metrics_;
  const std::size_t request_bytes_max_;
  std::map<std::string, Route, std::less<>> routes_;
};

}  // namespace raft_store::gateway
