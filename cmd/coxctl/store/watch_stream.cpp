#include "coxctl/store/watch_stream.hpp"

namespace coxctl::store {
base::Awaitable<base::Result<WatchStream>> WatchStream::open(Api api, wire::WatchCreateRequest request) {
  wire::WatchRequest create;
  create.create = std::move(request);
  auto head = gateway_request("/v3/watch", wire::encode_json(create));
  auto stream = co_await api.client()->open(std::move(head));
  if (!stream) co_return stream.error();
  if ((*stream)->status() == 200) co_return WatchStream(std::move(*stream));
  const std::string body = co_await wire::read_refusal(**stream);
  co_return refusal((*stream)->status(), body);
}

base::Awaitable<base::Result<wire::WatchResponse>> WatchStream::next() {
  for (;;) {
    const auto line = co_await wire::next_line(*stream_, lines_);
    if (!line) co_return line.error();
    if (!*line) co_return base::Error(base::Errc::unavailable, "the store ended the watch");
    auto envelope = wire::decode_json<wire::WatchEnvelope>(**line, wire::UnknownFields::ignore);
    if (!envelope) co_return envelope.error();
    if (envelope->error) co_return error_of(*envelope->error);
    if (envelope->result) co_return std::move(*envelope->result);
  }
}

}  // namespace coxctl::store
