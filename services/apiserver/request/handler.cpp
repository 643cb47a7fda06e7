#include "apiserver/request/handler.hpp"
#include <algorithm>
#include <boost/asio/error.hpp>
#include "api/protobuf.hpp"
#include "apiserver/request/observed.hpp"
#include "base/log.hpp"

namespace apiserver::request {
namespace {

using api::StatusError;
using api::StatusOr;
using Steady = std::chrono::steady_clock;

/// The client's, if it sent one that can go into a log; else a new one.
std::string audit_id(const http::Request& request, const std::function<std::string()>& uid) {
  constexpr std::size_t id_max = 64;
  const auto given = request.headers.get("Audit-ID");
  const bool plain = std::all_of(given.begin(), given.end(), [](unsigned char c) {
    return std::isalnum(c) || c == '-' || c == '_' || c == '.' || c == ':';
  });
  if (given.empty() || given.size() > id_max || !plain) return uid();
  return std::string(given);
}

/// The entry of what a path names; null if nothing of that name is served.
const api::ResourceInfo* find_served(const discovery::RuntimeConfig& served, const RequestInfo& info,
                                     std::string_view subresource) {
  if (!info.resource_request || !served.serves(info.group, info.version)) return nullptr;
  const std::string name =
      subresource.empty() ? info.resource : info.resource + "/" + std::string(subresource);
  return api::find_resource(info.group, info.version, name);
}

/// Counts the request however it ends, also when the peer's going away cancels it.
class Account {
 public:
  Account(RequestMetrics& metrics, const InFlight& in_flight, const Request& r,
          const ObservedExchange& exchange)
      : metrics_(metrics), in_flight_(in_flight), request_(r), exchange_(exchange) {
    if (r.info.long_running()) metrics_.long_running(labels(), 1);
  }
  ~Account() {
    if (request_.info.long_running()) metrics_.long_running(labels(), -1);
    metrics_.in_flight(in_flight_);
    auto of = labels();
    of.dry_run = request_.dry_run;
    // 499: the client left before there was an answer.
    const int code = exchange_.status() ? exchange_.status() : 499;
    metrics_.finished(of, code, Steady::now() - begin_, exchange_.body_bytes() + request_.streamed_bytes);
  }
  Account(const Account&) = delete;

  RequestLabels labels() const {
    return RequestLabels::of(request_.info, exchange_.request().method, request_.body);
  }

 private:
  RequestMetrics& metrics_;
  const InFlight& in_flight_;
  const Request& request_;
  const ObservedExchange& exchange_;
  const Steady::time_point begin_ = Steady::now();
};

}  // namespace

Handler::Handler(Parts parts)
    : parts_(std::move(parts)),
      metrics_(std::make_unique<RequestMetrics>(parts_.metrics)),
      in_flight_(parts_.max_requests_inflight, parts_.max_mutating_requests_inflight) {}

Handler::~Handler() = default;

void Handler::look_up(Request& r) const {
  r.resource = find_served(parts_.served, r.info, "");
  r.body = find_served(parts_.served, r.info, r.info.subresource);
  if (r.resource || !parts_.custom || !r.info.resource_request) return;
  auto found = parts_.custom->find(r.info.group, r.info.version, r.info.resource, r.info.subresource);
  r.resource = found.resource;
  r.body = found.body;
  r.keep = std::move(found.keep);
}

base::Awaitable<void> Handler::serve(http::Exchange& raw) {
  ObservedExchange exchange(raw, audit_id(raw.request(), parts_.uid));
  Request r{exchange, http::Query::parse(raw.request().raw_query)};
  r.info = parse_request(raw.request(), r.query);
  look_up(r);
  const Account account(*metrics_, in_flight_, r, exchange);
  StatusOr<void> done;
  try {
    done = co_await steps(r);
  } catch (const boost::system::system_error& e) {
    if (e.code() == boost::asio::error::operation_aborted) throw;  // The peer is gone.
    base::log::error("a request failed", {{"path", r.info.path}, {"error", e.what()}});
    done = StatusError::internal("unexpected failure");
  } catch (const std::exception& e) {
    base::log::error("a request failed", {{"path", r.info.path}, {"error", e.what()}});
    done = StatusError::internal("unexpected failure");
  }
  if (done || exchange.status() != 0) co_return;
  co_await send(r, status_answer(wanted_status_form(raw.request(), r.query), done.error()));
}

base::Awaitable<StatusOr<void>> Handler::steps(Request& r) {
  if (auto known = authenticate(r); !known) co_return known.error();
  if (auto allowed = impersonate(r); !allowed) co_return allowed.error();
  std::optional<InFlight::Place> place;
  if (!r.info.long_running()) {
    const bool mutating = !r.info.read_only() && r.exchange.request().method != "GET";
    auto entered = in_flight_.enter(mutating, r.user.in_group(authentication::privileged_group));
    if (entered) place.emplace(std::move(*entered));
    metrics_->in_flight(in_flight_);
    if (!place) {
      metrics_->terminated(RequestLabels::of(r.info, r.exchange.request().method, r.body), 429);
      co_return StatusError::too_many_requests("Too many requests, please try again later.", 1);
    }
  }
  if (auto allowed = authorize(r); !allowed) co_return allowed.error();
  const bool elsewhere = co_await serve_elsewhere(r);
  if (elsewhere) co_return StatusOr<void>();
  if (!r.info.resource_request) {
    const bool answered = parts_.other_paths && co_await parts_.other_paths(r.exchange, r.info, r.query);
    if (answered) co_return StatusOr<void>();
    co_return StatusError::path_not_found();
  }
  auto found = co_await find_resource(r);
  if (!found) co_return found.error();
  r.offer.protobuf = !r.body->type || api::has_protobuf(*r.body->type);
  const auto wanted = wanted_form(r.exchange.request(), r.query, r.offer);
  if (wanted) r.wanted = *wanted;
  const bool streams = r.info.long_running() && r.info.verb != "watch";
  if (!wanted && !streams) co_return wanted.error();
  co_return co_await dispatch(r);
}

base::Awaitable<bool> Handler::serve_elsewhere(Request& r) const {
  if (!parts_.elsewhere || r.resource) co_return false;
  std::string group = r.info.group, version = r.info.version;
  if (!r.info.resource_request) {
    // /apis/GROUP/VERSION, and the same below /openapi/v3.
    std::string_view path = r.info.path;
    if (path.starts_with("/openapi/v3/")) path.remove_prefix(std::string_view("/openapi/v3").size());
    if (!path.starts_with("/apis/")) co_return false;
    path.remove_prefix(std::string_view("/apis/").size());
    const auto slash = path.find('/');
    if (slash == std::string_view::npos) co_return false;
    group = path.substr(0, slash);
    path.remove_prefix(slash + 1);
    version = path.substr(0, path.find('/'));
  }
  co_return co_await parts_.elsewhere(r.exchange, std::move(group), std::move(version), r.user);
}

void Handler::stop_watches() {
  stopping_ = true;
  std::lock_guard lock(watches_mutex_);
  for (const auto& w : watches_)
    w->close();
}

}  // namespace apiserver::request
