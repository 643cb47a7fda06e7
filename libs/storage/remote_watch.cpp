#include "storage/remote_watch.hpp"
#include "storage/convert.hpp"
#include "storage/errors.hpp"
#include "storage/line_reader.hpp"

namespace storage {
namespace {

constexpr const char* kProto = "application/x-protobuf";
constexpr const char* kJson = "application/json";

http::Request watch_request(const char* content_type, std::string body) {
  http::Request request;
  request.method = "POST";
  request.path = "/v3/watch";
  request.headers.set("Content-Type", content_type);
  request.headers.set("Accept", content_type);
  request.body = std::move(body);
  return request;
}

/// Whatever broke it, nothing is lost: it is opened again from the last revision on.
base::Error broken(base::Error error) {
  if (error.is(base::Errc::unknown_outcome)) error.code = make_error_code(base::Errc::unavailable);
  return error;
}

base::Error ended() {
  return base::Error(base::Errc::unavailable, "the store ended the watch");
}

class ProtoWatch final : public WatchStream {
 public:
  ProtoWatch(Endpoints::UsePtr use, std::unique_ptr<http::RequestStream> stream,
             std::size_t message_bytes_max)
      : use_(std::move(use)), stream_(std::move(stream)), frames_(message_bytes_max) {}

  base::Awaitable<base::Result<WatchBatch>> next() override {
    for (;;) {
      auto frame = frames_.next();
      if (!frame) co_return frame.error();
      if (!*frame) {
        auto piece = co_await use_->unless_broken_off(stream_->read_some());
        if (!piece) co_return broken(piece.error());
        if (piece->empty()) co_return ended();
        use_->heard();
        frames_.feed(*piece);
        continue;
      }
      auto message = wire::decode_proto<wire::WatchResponse>(**frame);
      if (!message) co_return message.error();
      auto batch = interpret(std::move(*message));
      if (!batch) co_return batch.error();
      if (*batch) co_return std::move(**batch);
    }
  }

  base::Awaitable<base::Result<void>> request_progress() override {
    wire::WatchRequest request;
    request.progress.emplace();
    co_return co_await send(std::move(request));
  }

  base::Awaitable<base::Result<void>> send(wire::WatchRequest request) {
    std::string frame;
    wire::append_frame(frame, wire::encode_proto(request));
    co_return co_await stream_->write(std::move(frame));
  }

 private:
  Endpoints::UsePtr use_;
  std::unique_ptr<http::RequestStream> stream_;
  wire::FrameReader frames_;
};

class JsonWatch final : public WatchStream {
 public:
  JsonWatch(Endpoints::UsePtr use, std::unique_ptr<http::ResponseStream> stream,
            std::size_t message_bytes_max)
      : use_(std::move(use)), stream_(std::move(stream)), lines_(message_bytes_max) {}

  base::Awaitable<base::Result<WatchBatch>> next() override {
    for (;;) {
      auto line = lines_.next();
      if (!line) co_return line.error();
      if (!*line) {
        auto piece = co_await use_->unless_broken_off(stream_->read_some());
        if (!piece) co_return broken(piece.error());
        if (piece->empty()) co_return ended();
        use_->heard();
        lines_.feed(*piece);
        continue;
      }
      auto envelope = wire::decode_json<wire::WatchEnvelope>(**line, wire::UnknownFields::ignore);
      if (!envelope) co_return envelope.error();
      if (envelope->error) co_return error_from_wire(*envelope->error);
      if (!envelope->result) continue;
      auto batch = interpret(std::move(*envelope->result));
      if (!batch) co_return batch.error();
      if (*batch) co_return std::move(**batch);
    }
  }

  base::Awaitable<base::Result<void>> request_progress() override {
    co_return base::Error(base::Errc::unsupported, "progress cannot be asked for over the JSON gateway");
  }

 private:
  Endpoints::UsePtr use_;
  std::unique_ptr<http::ResponseStream> stream_;
  wire::LineReader lines_;
};

/// The error in the body of an answer that is not a stream.
base::Awaitable<base::Error> refusal(http::ResponseStream& stream) {
  const std::string body = co_await wire::read_refusal(stream);
  const bool is_proto = stream.headers().get("Content-Type") == kProto;
  auto error = is_proto ? wire::decode_proto<wire::ErrorResponse>(body)
                        : wire::decode_json<wire::ErrorResponse>(body, wire::UnknownFields::ignore);
  if (error && error->code) co_return error_from_wire(*error);
  co_return base::Error(base::Errc::unavailable,
                        "watch refused: HTTP status " + std::to_string(stream.status()));
}

}  // namespace

base::Result<std::optional<WatchBatch>> interpret(wire::WatchResponse response) {
  if (response.canceled) {
    if (response.compact_revision > 0 || response.cancel_reason.find("compacted") != std::string::npos)
      return errors::compacted();
    return base::Error(base::Errc::unavailable, "watch cancelled by the store: " + response.cancel_reason);
  }
  if (response.created) return std::optional<WatchBatch>();
  return std::optional<WatchBatch>(from_wire(std::move(response)));
}

base::Awaitable<base::Result<std::unique_ptr<WatchStream>>> open_proto_watch(Endpoints::UsePtr use,
                                                                             WatchRequest request,
                                                                             std::size_t message_bytes_max) {
  auto head = watch_request(kProto, {});
  auto opening = use->client().open_duplex(std::move(head));
  auto stream = co_await use->unless_broken_off(std::move(opening));
  if (!stream) co_return broken(stream.error());
  http::RequestStream* raw = stream->get();
  auto watch = std::make_unique<ProtoWatch>(use, std::move(*stream), message_bytes_max);
  wire::WatchRequest create;
  create.create = to_wire(request);
  auto sent = co_await watch->send(std::move(create));
  if (!sent) co_return broken(sent.error());
  auto answered = co_await use->unless_broken_off(raw->wait_head());
  if (!answered) co_return broken(answered.error());
  use->heard();
  if (raw->headers().get("Content-Type") != kProto)
    co_return base::Error(base::Errc::unsupported, "the store does not speak protobuf");
  if (raw->status() != 200) co_return co_await refusal(*raw);
  std::unique_ptr<WatchStream> result = std::move(watch);
  co_return result;
}

base::Awaitable<base::Result<std::unique_ptr<WatchStream>>> open_json_watch(Endpoints::UsePtr use,
                                                                            WatchRequest request,
                                                                            std::size_t message_bytes_max) {
  wire::WatchRequest create;
  create.create = to_wire(request);
  auto head = watch_request(kJson, wire::encode_json(create));
  auto opening = use->client().open(std::move(head));
  auto stream = co_await use->unless_broken_off(std::move(opening));
  if (!stream) co_return broken(stream.error());
  use->heard();
  if ((*stream)->status() != 200) co_return co_await refusal(**stream);
  std::unique_ptr<WatchStream> result =
      std::make_unique<JsonWatch>(std::move(use), std::move(*stream), message_bytes_max);
  co_return result;
}

}  // namespace storage
