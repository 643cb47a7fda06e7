#include "raft-store/gateway/lease.hpp"
#include "base/clock.hpp"
#include "raft-store/gateway/message_reader.hpp"

namespace raft_store::gateway {
namespace {

constexpr const char* kService = "etcdserverpb.Lease";
constexpr std::size_t kMessageBytesMax = 64 << 10;

std::string envelope(const base::Result<wire::LeaseKeepAliveResponse>& renewal) {
  wire::LeaseKeepAliveEnvelope envelope;
  if (renewal)
    envelope.result = *renewal;
  else
    envelope.error = to_wire(renewal.error());
  return wire::encode_json(envelope);
}

}  // namespace

void LeaseService::add_to(LeaderRoutes& routes) {
  Routes& clients = routes.clients;
  clients.add("/v3/lease/grant", kService, "LeaseGrant",
              unary<wire::LeaseGrantRequest, wire::LeaseGrantResponse>(
                  [this](wire::LeaseGrantRequest request) { return grant(std::move(request)); }));
  const auto renew_here = [this](wire::LeaseIdRequest request) { return renew(std::move(request)); };
  renew_ =
      routes.passed_on<wire::LeaseIdRequest, wire::LeaseKeepAliveResponse>("/v3/lease/keepalive", renew_here);
  routes.peers.add("/v3/lease/keepalive", kService, "LeaseKeepAlive",
                   unary<wire::LeaseIdRequest, wire::LeaseKeepAliveResponse>(renew_here));
  clients.add("/v3/lease/keepalive", kService, "LeaseKeepAlive",
              Streaming([this](http::Exchange& exchange, Form form) { return keep_alive(exchange, form); }));
  const auto ttl_here = [this](wire::LeaseTimeToLiveRequest request) {
    return time_to_live(std::move(request));
  };
  const auto ttl = unary<wire::LeaseTimeToLiveRequest, wire::LeaseTimeToLiveResponse>(
      routes.passed_on<wire::LeaseTimeToLiveRequest, wire::LeaseTimeToLiveResponse>("/v3/lease/timetolive",
                                                                                    ttl_here));
  routes.peers.add("/v3/lease/timetolive", kService, "LeaseTimeToLive",
                   unary<wire::LeaseTimeToLiveRequest, wire::LeaseTimeToLiveResponse>(ttl_here));
  // The older names, which clients of etcd 3.3 use.
  for (const std::string prefix : {"/v3/lease/", "/v3/kv/lease/"}) {
    clients.add(prefix + "revoke", kService, "LeaseRevoke",
                unary<wire::LeaseIdRequest, wire::HeaderResponse>(
                    [this](wire::LeaseIdRequest request) { return revoke(std::move(request)); }));
    clients.add(prefix + "timetolive", kService, "LeaseTimeToLive", ttl);
    clients.add(prefix + "leases", kService, "LeaseLeases",
                unary<wire::EmptyRequest, wire::LeaseLeasesResponse>(
                    [this](wire::EmptyRequest request) { return leases(std::move(request)); }));
  }
}

base::Awaitable<base::Result<wire::LeaseGrantResponse>> LeaseService::grant(wire::LeaseGrantRequest request) {
  if (!core_.has_room(upkeep::cost_of(request))) co_return co_await core_.out_of_space();
  // Checked when it is applied: that there is no space is said first.
  mvcc::Command command = core_.parts.lessor.complete(std::move(request));
  co_return co_await core_.propose<wire::LeaseGrantResponse>(std::move(command));
}

base::Awaitable<base::Result<wire::HeaderResponse>> LeaseService::revoke(wire::LeaseIdRequest request) {
  mvcc::Command command = mvcc::LeaseRevoke{request.id};
  co_return co_await core_.propose<wire::HeaderResponse>(std::move(command));
}

base::Awaitable<base::Result<void>> LeaseService::at_the_leader() {
  auto held = co_await core_.leader_barrier();
  // A fresh leader's lessor follows in a moment.
  for (int i = 0; held && !core_.parts.lessor.leading() && core_.leads() && i < 50; ++i) {
    const bool slept = co_await base::sleep_for(std::chrono::milliseconds(10));
    if (!slept) co_return base::Error(base::Errc::unavailable, "etcdserver: server stopped");
  }
  co_return held;
}

base::Awaitable<base::Result<wire::LeaseKeepAliveResponse>> LeaseService::renew(
    wire::LeaseIdRequest request) {
  const base::Result<void> held = co_await at_the_leader();
  if (!held) co_return held.error();
  if (core_.parts.lessor.needs_reset(request.id)) {
    // Else the next leader would count on from the last checkpoint.
    mvcc::Command command = wire::LeaseCheckpointRequest{{{request.id, 0}}};
    const auto reset = co_await core_.propose<wire::HeaderResponse>(std::move(command));
    if (!reset) co_return reset.error();
  }
  const auto ttl = core_.parts.lessor.renew(request.id, base::Clock::real().steady_now());
  if (!ttl && !ttl.error().is(base::Errc::not_found)) co_return ttl.error();
  co_return wire::LeaseKeepAliveResponse{core_.header(), request.id, ttl ? *ttl : 0};
}

base::Awaitable<base::Result<wire::LeaseTimeToLiveResponse>> LeaseService::time_to_live(
    wire::LeaseTimeToLiveRequest request) {
  const base::Result<void> held = co_await at_the_leader();
  if (!held) co_return held.error();
  const auto left = core_.parts.lessor.remaining(request.id, base::Clock::real().steady_now());
  if (!left && !left.error().is(base::Errc::not_found)) co_return left.error();
  const auto lease = core_.parts.store.lease(request.id);
  wire::LeaseTimeToLiveResponse response{core_.header(), request.id, -1, 0, {}};
  if (!left || !lease) co_return response;
  response.ttl = *left;
  response.granted_ttl = lease->ttl;
  if (request.keys) response.keys = core_.parts.store.lease_keys(request.id);
  co_return response;
}

base::Awaitable<base::Result<wire::LeaseLeasesResponse>> LeaseService::leases(wire::EmptyRequest) {
  const base::Result<void> held = co_await core_.read_barrier();
  if (!held) co_return held.error();
  wire::LeaseLeasesResponse response{core_.header(), {}};
  for (const mvcc::Lease& lease : core_.parts.store.leases())
    response.leases.push_back({lease.id});
  co_return response;
}

base::Awaitable<base::Result<void>> LeaseService::keep_alive(http::Exchange& exchange, Form form) {
  return form == Form::json ? keep_alive_json(exchange) : keep_alive_proto(exchange);
}

base::Awaitable<base::Result<void>> LeaseService::keep_alive_proto(http::Exchange& exchange) {
  const base::Result<std::string> body = co_await exchange.read_body(kMessageBytesMax);
  if (!body) co_return body.error();
  const auto response = co_await renew_message(Form::protobuf, *body);
  http::Response sent = response ? answer(Form::protobuf, wire::encode_proto(*response))
                                 : refusal(Form::protobuf, response.error());
  base::ignore_error(co_await exchange.respond(std::move(sent)));
  if (!response) co_return response.error();
  co_return base::Result<void>();
}

base::Awaitable<base::Result<void>> LeaseService::keep_alive_json(http::Exchange& exchange) {
  MessageReader reader(exchange, Form::json, kMessageBytesMax);
  std::unique_ptr<http::BodyWriter> writer;
  base::Result<void> result;
  while (result) {
    const auto message = co_await reader.next();
    if (message && !*message && writer) break;
    Renewal renewal = message ? base::Result<wire::LeaseKeepAliveResponse>() : message.error();
    // An empty body is an empty message, as everywhere.
    if (message) renewal = co_await renew_message(Form::json, message->value_or(""));
    if (!renewal) result = renewal.error();
    if (!writer && !renewal) {
      http::Response refused = refusal(Form::json, renewal.error());
      base::ignore_error(co_await exchange.respond(std::move(refused)));
      co_return result;
    }
    if (!writer) {
      http::Headers headers;
      headers.set("Content-Type", content_type(Form::json));
      auto started = co_await exchange.start(200, std::move(headers));
      if (!started) co_return started.error();
      writer = std::move(*started);
    }
    std::vector<http::SharedBytes> line{http::make_bytes(envelope(renewal) + "\n")};
    const base::Result<void> written = co_await writer->write(std::move(line));
    if (!written) co_return written;
  }
  base::ignore_error(co_await writer->finish());
  co_return result;
}

base::Awaitable<LeaseService::Renewal> LeaseService::renew_message(Form form, std::string message) {
  const auto request = decode<wire::LeaseIdRequest>(form, message);
  if (!request) co_return request.error();
  co_return co_await renew_(*request);
}

}  // namespace raft_store::gateway
