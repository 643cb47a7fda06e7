#pragma once
#include "api/status.hpp"
#include "base/async.hpp"
#include "http/client.hpp"
#include "http/server.hpp"

namespace apiserver::proxy {

/// Opens a WebSocket by `request`, offering what the exchange's client offers, accepts the client's with the
/// protocol that the other side chose, and copies messages both ways until either side ends. Runs on the
/// exchange's strand. An error means that nothing was sent to the client: InternalError when the other side
/// refuses (`endpoint` names it), BadRequest when the client does not take its choice.
base::Awaitable<api::StatusOr<void>> join_sockets(http::Exchange& exchange, http::Client& client,
                                                  http::Request request, const std::string& endpoint);

/// Starts the exchange's answer with the status of `from` and `headers`, and carries the body over piece by
/// piece. A broken stream is not ended properly, so that the client can tell it from a complete one. Runs on
/// the exchange's strand.
base::Awaitable<void> carry_body(http::ResponseStream& from, http::Exchange& exchange, http::Headers headers);

/// The error for an endpoint that cannot be reached, in upstream's words.
api::StatusError unreachable(const std::string& url, const base::Error& error);

}  // namespace apiserver::proxy
