#include "coxctl/store/watch_stream.hpp"

namespace coxctl::store {
namespace {

constexpr std::size_t kMessageBytesMax = 256 << 20;

}  // namespace

base::Awaitable<base::Result<WatchStream>> WatchStream::open(Api api, wire::WatchCreateRequest request) {
  wire::WatchRequest create;
  create.create = std::move(request);
  auto head = gateway_request("/v3/watch", wire::encode_json(create));
  auto stream = co_await api.client()->open(std::move(head));
  if (!stream) co_return stream.error();
  if ((*stream)->status() == 200) co_return WatchStream(std::move(*stream));
  std::string body;
  while (body.size() < 65536) {
    auto piece = co_await (*stream)->read_some();
    if (!piece || piece->empty()) break;
    body += *piece;
  }
  co_return refusal((*stream)->status(), body);
}

base::Awaitable<base::Result<wire::WatchResponse>> WatchStream::next() {
  for (;;) {
    const auto end = buffer_.find('\n', searched_);
    if (end == std::string::npos) {
      searched_ = buffer_.size();
      if (searched_ > kMessageBytesMax)
        co_return base::Error(base::Errc::resource_exhausted, "a message of the watch is too large");
      auto piece = co_await stream_->read_some();
      if (!piece) co_return piece.error();
      if (piece->empty()) co_return base::Error(base::Errc::unavailable, "the store ended the watch");
      buffer_ += *piece;
      continue;
    }
    auto envelope = wire::decode_json<wire::WatchEnvelope>(std::string_view(buffer_).substr(0, end),
                                                           wire::UnknownFields::ignore);
    buffer_.erase(0, end + 1);
    searched_ = 0;
    if (!envelope) co_return envelope.error();
    if (envelope->error) co_return error_of(*envelope->error);
    if (envelope->result) co_return std::move(*envelope->result);
  }
}

}  // namespace coxctl::store
