#include "raft-store/service/allowed_names.hpp"
#include <algorithm>
#include <atomic>
#include <cctype>
#include "base/clock.hpp"
#include "base/log.hpp"
#include "raft-store/gateway/form.hpp"

namespace raft_store {
namespace {

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return out;
}

/// RFC 6125: a name of the certificate may have "*" for the host's first label.
bool is_good_for(std::string_view name, std::string_view host) {
  const std::string pattern = lower(name), wanted = lower(host);
  if (!pattern.starts_with("*.")) return pattern == wanted;
  const std::size_t dot = wanted.find('.');
  return dot != std::string::npos && dot > 0 && pattern.substr(1) == wanted.substr(dot);
}

/// Lets one call a second through.
class OncePerSecond {
 public:
  bool operator()() {
    const auto now = base::Clock::real().steady_now().time_since_epoch();
    const std::int64_t second = std::chrono::duration_cast<std::chrono::seconds>(now).count();
    return last_.exchange(second) != second;
  }

 private:
  std::atomic<std::int64_t> last_ = -1;
};

struct Guard {
  AllowedNames allowed;
  std::string server;
  base::metrics::Counter& refused;
  http::Handler next;
  OncePerSecond may_log;

  base::Awaitable<void> serve(http::Exchange& exchange) {
    const http::PeerCertificate& peer = exchange.peer();
    if (allowed.admit(peer)) {
      co_await next(exchange);
      co_return;
    }
    refused.add();
    if (may_log())
      base::log::warning("a certificate whose name is not allowed", {{"server", server},
                                                                     {"name", peer.common_name},
                                                                     {"serial", peer.serial},
                                                                     {"from", exchange.remote_address()}});
    const base::Error denied(base::Errc::permission_denied, "etcdserver: permission denied");
    http::Response response = gateway::refusal(gateway::form_of(exchange.request()), denied);
    base::ignore_error(co_await exchange.respond(std::move(response)));
  }
};

}  // namespace

bool AllowedNames::admit(const http::PeerCertificate& peer) const {
  if (all()) return true;
  if (std::find(common_names.begin(), common_names.end(), peer.common_name) != common_names.end())
    return !peer.common_name.empty();
  return std::any_of(hostnames.begin(), hostnames.end(), [&](const std::string& host) {
    return std::any_of(peer.dns_names.begin(), peer.dns_names.end(),
                       [&](const std::string& name) { return is_good_for(name, host); });
  });
}

base::Result<void> AllowedNames::check(const std::string& prefix, bool demand_certificate) const {
  const std::string cn = "--" + prefix + "-cert-allowed-cn", host = "--" + prefix + "-cert-allowed-hostname";
  if (!common_names.empty() && !hostnames.empty())
    return base::Error(base::Errc::invalid_argument, cn + " and " + host + " are mutually exclusive");
  if (!all() && !demand_certificate)
    return base::Error(base::Errc::invalid_argument,
                       (hostnames.empty() ? cn : host) + " needs a certificate to be demanded: leave --" +
                           (prefix == "peer" ? "peer-" : "") + "client-cert-auth on");
  return {};
}

http::Handler guarded(AllowedNames allowed, std::string server, base::metrics::Registry& registry,
                      http::Handler next) {
  if (allowed.all()) return next;
  auto& refused =
      registry.counter("raft_store_refused_names_total",
                       "Requests with a certificate whose name is not allowed.", {{"server", server}});
  const std::shared_ptr<Guard> guard(
      new Guard{std::move(allowed), std::move(server), refused, std::move(next), {}});
  return [guard](http::Exchange& exchange) { return guard->serve(exchange); };
}

}  // namespace raft_store
