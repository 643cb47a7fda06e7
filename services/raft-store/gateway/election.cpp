#include "raft-store/gateway/election.hpp"

namespace raft_store::gateway {
namespace {

constexpr std::size_t kRequestBytesMax = 64 << 10;

base::Error no_leader_key() {
  return unknown("\"leader\" field must be provided");
}
base::Error not_leader() {
  return unknown("election: not leader");
}

std::string line_of(const wire::LeaderResponse& response, Form form) {
  if (form == Form::json) return wire::encode_json(wire::LeaderEnvelope{response, {}}) + "\n";
  std::string bytes;
  wire::append_frame(bytes, wire::encode_proto(response));
  return bytes;
}

}  // namespace

void ElectionService::add_to(Routes& routes) {
  constexpr const char* kService = "v3electionpb.Election";
  routes.add("/v3/election/campaign", kService, "Campaign",
             unary<wire::CampaignRequest, wire::CampaignResponse>(
                 [this](wire::CampaignRequest request) { return campaign(std::move(request)); }));
  routes.add("/v3/election/proclaim", kService, "Proclaim",
             unary<wire::ProclaimRequest, wire::HeaderResponse>(
                 [this](wire::ProclaimRequest request) { return proclaim(std::move(request)); }));
  routes.add("/v3/election/leader", kService, "Leader",
             unary<wire::LeaderRequest, wire::LeaderResponse>(
                 [this](wire::LeaderRequest request) { return leader(std::move(request)); }));
  routes.add("/v3/election/observe", kService, "Observe",
             Streaming([this](http::Exchange& exchange, Form form) { return observe(exchange, form); }));
  routes.add("/v3/election/resign", kService, "Resign",
             unary<wire::ResignRequest, wire::HeaderResponse>(
                 [this](wire::ResignRequest request) { return resign(std::move(request)); }));
}

base::Awaitable<base::Result<wire::CampaignResponse>> ElectionService::campaign(
    wire::CampaignRequest request) {
  const auto lease = co_await line_.lease_for(request.lease);
  if (!lease) co_return lease.error();
  const auto place = co_await line_.join(request.name, *lease, request.value);
  if (!place) co_return place.error();
  wire::CampaignResponse response{place->header, {request.name, place->key, place->revision, *lease}};
  if (place->value != request.value) {
    const auto changed = co_await line_.change(response.leader, &request.value, response.header);
    if (!changed) co_return changed.error();
    if (!*changed) co_return not_leader();
  }
  const base::Result<void> elected = co_await line_.turn(request.name, *place);
  if (!elected) co_return elected.error();
  co_return response;
}

base::Awaitable<base::Result<wire::HeaderResponse>> ElectionService::proclaim(wire::ProclaimRequest request) {
  if (!request.leader) co_return no_leader_key();
  wire::HeaderResponse response;
  const auto changed = co_await line_.change(*request.leader, &request.value, response.header);
  if (!changed) co_return changed.error();
  if (!*changed) co_return not_leader();
  co_return response;
}

base::Awaitable<base::Result<wire::LeaderResponse>> ElectionService::leader(wire::LeaderRequest request) {
  const base::Result<void> held = co_await core_.read_barrier();
  if (!held) co_return held.error();
  auto first = line_.first(request.name);
  if (!first) co_return first.error();
  if (!*first) co_return unknown("election: no leader");
  co_return wire::LeaderResponse{core_.header(), std::move(*first)};
}

base::Awaitable<base::Result<wire::HeaderResponse>> ElectionService::resign(wire::ResignRequest request) {
  if (!request.leader) co_return no_leader_key();
  wire::HeaderResponse response;
  const auto changed = co_await line_.change(*request.leader, nullptr, response.header);
  if (!changed) co_return changed.error();
  co_return response;
}

base::Awaitable<base::Result<void>> ElectionService::observe(http::Exchange& exchange, Form form) {
  const base::Result<std::string> body = co_await exchange.read_body(kRequestBytesMax);
  if (!body) co_return body.error();
  const auto request = decode<wire::LeaderRequest>(form, *body);
  base::Result<void> held;
  if (request)
    held = co_await core_.read_barrier();
  else
    held = request.error();
  if (!held) {
    http::Response refused = refusal(form, held.error());
    base::ignore_error(co_await exchange.respond(std::move(refused)));
    co_return held;
  }
  co_return co_await send_leaders(request->name, exchange, form);
}

base::Awaitable<base::Result<void>> ElectionService::send_leaders(std::string name, http::Exchange& exchange,
                                                                  Form form) {
  http::Headers headers;
  headers.set("Content-Type", content_type(form));
  auto writer = co_await exchange.start(200, std::move(headers));
  if (!writer) co_return writer.error();
  auto changes = line_.follow(name, exchange.executor(), false);
  storage::Revision told = 0;
  for (;;) {
    auto first = line_.first(name);
    if (!first) co_return first.error();
    if (*first && (*first)->mod_revision != told) {
      told = (*first)->mod_revision;
      const wire::LeaderResponse response{core_.header(), std::move(*first)};
      std::vector<http::SharedBytes> buffers{http::make_bytes(line_of(response, form))};
      const base::Result<void> written = co_await (*writer)->write(std::move(buffers));
      if (!written) co_return written;
    }
    const auto batch = co_await changes->next();
    if (!batch && !batch.error().is(base::Errc::expired)) co_return batch.error();
    if (!batch) changes = line_.follow(name, exchange.executor(), false);
  }
}

}  // namespace raft_store::gateway
