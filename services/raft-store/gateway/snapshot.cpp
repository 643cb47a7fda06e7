#include "raft-store/gateway/snapshot.hpp"
#include "base/clock.hpp"
#include "raft-store/gateway/maintenance.hpp"

namespace raft_store::gateway {
namespace {

constexpr std::size_t kRequestBytesMax = 64 << 10;

/// etcd's: from 0.01 s, doubling.
std::vector<double> duration_buckets() {
  constexpr int kBuckets = 17;
  std::vector<double> buckets;
  for (double bound = 0.01; buckets.size() < kBuckets; bound *= 2)
    buckets.push_back(bound);
  return buckets;
}

/// A message as the stream carries it.
std::vector<http::SharedBytes> framed(Form form, wire::SnapshotResponse message) {
  std::string bytes;
  if (form == Form::json) {
    wire::SnapshotEnvelope envelope;
    envelope.result = std::move(message);
    bytes = wire::encode_json(envelope) + "\n";
  } else {
    wire::append_frame(bytes, wire::encode_proto(message));
  }
  return {http::make_bytes(std::move(bytes))};
}

/// How a stream in JSON tells that it is not whole.
std::vector<http::SharedBytes> framed(const base::Error& error) {
  wire::SnapshotEnvelope envelope;
  envelope.error = to_wire(error);
  return {http::make_bytes(wire::encode_json(envelope) + "\n")};
}

}  // namespace

SnapshotService::SnapshotService(Core& core, base::Latch closing, base::metrics::Registry& registry)
    : core_(core),
      closing_(std::move(closing)),
      duration_(registry.histogram("etcd_disk_backend_snapshot_duration_seconds",
                                   "How long sending a snapshot took.", duration_buckets())) {}

void SnapshotService::add_to(Routes& routes) {
  routes.add(
      "/v3/maintenance/snapshot", "etcdserverpb.Maintenance", "Snapshot",
      [this](http::Exchange& exchange, Form form) { return serve(exchange, form); }, "server_stream");
}

base::Awaitable<base::Result<SnapshotService::SourcePtr>> SnapshotService::open(http::Exchange& exchange,
                                                                                Form form) {
  const base::Result<std::string> body = co_await exchange.read_body(kRequestBytesMax);
  if (!body) co_return body.error();
  const auto request = decode<wire::EmptyRequest>(form, *body);
  if (!request) co_return request.error();
  base::Result<SourcePtr> source = base::Error();
  std::function<void()> work = [&] {
    source = backup::SnapshotSource::open(core_.parts.replicator.database(),
                                          core_.parts.store.column_families(), base::Clock::real().now());
  };
  co_await base::run_blocking(core_.parts.pool, std::move(work));
  co_return source;
}

base::Awaitable<base::Result<void>> SnapshotService::serve(http::Exchange& exchange, Form form) {
  const auto begun = base::Clock::real().steady_now();
  base::Result<SourcePtr> source = co_await open(exchange, form);
  if (!source) {
    http::Response refused = refusal(form, source.error());
    base::ignore_error(co_await exchange.respond(std::move(refused)));
    co_return source.error();
  }
  http::Headers headers;
  headers.set("Content-Type", content_type(form));
  auto writer = co_await exchange.start(200, std::move(headers));
  if (!writer) co_return writer.error();
  base::Result<void> sent = co_await send_all(**source, **writer, form);
  if (!sent && form == Form::json) {
    std::vector<http::SharedBytes> last = framed(sent.error());
    base::ignore_error(co_await (*writer)->write(std::move(last)));
  }
  base::ignore_error(co_await (*writer)->finish());
  if (sent)
    duration_.observe(std::chrono::duration<double>(base::Clock::real().steady_now() - begun).count());
  co_return sent;
}

base::Awaitable<base::Result<void>> SnapshotService::send_all(backup::SnapshotSource& source,
                                                              http::BodyWriter& writer, Form form) {
  for (bool first = true;; first = false) {
    if (closing_.is_open()) co_return base::Error(base::Errc::unavailable, "etcdserver: server stopped");
    std::vector<http::SharedBytes> message;
    base::Result<void> read;
    std::function<void()> work = [&] {
      base::Result<std::string> piece = source.next();
      if (!piece) read = piece.error();
      if (!piece || piece->empty()) return;
      wire::SnapshotResponse response;
      if (first) {
        response.header = core_.header();
        response.header->revision = source.header().revision;
      }
      response.remaining_bytes = source.remaining();
      response.blob = std::move(*piece);
      response.version = kEtcdClusterVersion;
      message = framed(form, std::move(response));
    };
    co_await base::run_blocking(core_.parts.pool, std::move(work));
    if (!read || message.empty()) co_return read;
    base::Result<void> written = co_await writer.write(std::move(message));
    if (!written) co_return written;
  }
}

}  // namespace raft_store::gateway
