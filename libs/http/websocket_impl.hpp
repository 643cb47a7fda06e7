#pragma once
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/message.hpp>
#include <memory>
#include "http/client.hpp"
#include "http/stream.hpp"

namespace http::detail {

using BeastRequest = boost::beast::http::request_header<>;

/// Completes the server's side of the upgrade on `stream`, answering `subprotocol` (may be empty).
base::Awaitable<base::Result<std::unique_ptr<WebSocket>>> accept_websocket(std::shared_ptr<Stream> stream,
                                                                           const BeastRequest& request,
                                                                           std::string subprotocol);
/// Sends the upgrade and waits for its answer.
base::Awaitable<base::Result<std::unique_ptr<WebSocket>>> connect_websocket(
    std::shared_ptr<Stream> stream, std::string host, Request request, std::vector<std::string> subprotocols);

}  // namespace http::detail
