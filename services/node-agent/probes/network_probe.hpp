#pragma once
#include <chrono>
#include <cstdint>
#include <string>
#include "api/types/core_v1.hpp"
#include "base/async.hpp"
#include "http/message.hpp"
#include "node-agent/probes/probe_worker.hpp"

/// Attempts over the network, and what they are made of.
namespace node_agent::probes {

/// How one attempt went. `message` says why it failed, in upstream's words where it has some.
struct Attempt {
  Outcome outcome = Outcome::unknown;
  std::string message;
};

/// A port by number or by the name of one of `container`'s ports. Error: invalid_argument.
base::Result<std::uint16_t> resolve_port(const api::IntOrString& port,
                                         const api::core::v1::Container& container);

/// One GET, ready to be made.
struct HttpTarget {
  std::string scheme, host;  ///< "http" or "https"; a name or an address.
  std::uint16_t port = 0;
  http::Request request;
  std::string url() const;
};
/// Errors: invalid_argument (no such port).
base::Result<HttpTarget> http_target(const api::core::v1::HTTPGetAction& action,
                                     const api::core::v1::Container& container, const std::string& pod_ip);

/// What an answer means: 200 to 399 is success, and so is a redirect to another host, which is not followed.
Attempt judge_http(int status, const std::string& body);
/// Where a redirect leads when it stays on the same host; empty otherwise.
std::string local_redirect(const HttpTarget& from, std::string_view location);

/// Makes the request over a connection of its own, follows up to ten redirects on the same host, verifies no
/// certificate. Never fails: what went wrong is the attempt's outcome.
base::Awaitable<Attempt> http_probe(base::Executor ex, HttpTarget target, std::chrono::seconds timeout);
/// Opens and closes a connection.
base::Awaitable<Attempt> tcp_probe(std::string host, std::uint16_t port, std::chrono::seconds timeout);

}  // namespace node_agent::probes
