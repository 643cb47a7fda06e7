#pragma once
#include <memory>
#include <string>
#include "coxctl/store/api.hpp"
#include "storage/line_reader.hpp"

namespace coxctl::store {

/// One POST /v3/watch in JSON: its messages one by one. Belongs to the strand that opened it.
class WatchStream {
 public:
  /// Errors: those of http::Client, and the store's own.
  static base::Awaitable<base::Result<WatchStream>> open(Api api, wire::WatchCreateRequest request);
  /// Errors: unavailable when the stream broke or its member stops (watch again from the next revision).
  base::Awaitable<base::Result<wire::WatchResponse>> next();

 private:
  explicit WatchStream(std::unique_ptr<http::ResponseStream> stream) : stream_(std::move(stream)) {}
  std::unique_ptr<http::ResponseStream> stream_;
  wire::LineReader lines_{256 << 20};
};

}  // namespace coxctl::store
