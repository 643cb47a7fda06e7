#include "raft-store/gateway/health.hpp"
#include <algorithm>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include "base/log.hpp"
#include "storage/errors.hpp"

namespace raft_store::gateway {
namespace {

constexpr std::string_view kRoots[] = {"/health", "/livez", "/readyz"};

std::string_view root_of(std::string_view path) {
  return path.substr(0, path.find('/', 1));
}

bool contains(const std::vector<std::string_view>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

/// A range that proves that reads work: the first key.
wire::RangeRequest probe() {
  wire::RangeRequest request;
  request.key = std::string(1, '\0');
  return request;
}

}  // namespace

Health::Health(Core& core, base::metrics::Registry& metrics)
    : core_(core),
      registry_(metrics),
      successes_(metrics.counter("etcd_server_health_success", "Health calls that found a healthy member.")),
      failures_(metrics.counter("etcd_server_health_failures", "Health calls that did not.")) {}

bool Health::is_health_path(std::string_view path) noexcept {
  return std::find(std::begin(kRoots), std::end(kRoots), root_of(path)) != std::end(kRoots);
}

base::Awaitable<http::Response> Health::answer(const http::Request& request) {
  const std::string_view root = root_of(request.path);
  const http::Query query = http::Query::parse(request.raw_query);
  if (request.method != "GET" && request.method != "HEAD") {
    http::Response refused = plain(405, "Method Not Allowed\n");
    refused.headers.set("Allow", "GET");
    co_return refused;
  }
  http::Response response;
  if (root == "/health") {
    response = co_await answer_health(query);
  } else {
    std::string_view check = std::string_view(request.path).substr(root.size());
    if (!check.empty()) check.remove_prefix(1);
    response = co_await answer_checks(root, check, query);
  }
  co_return counted(std::move(response));
}

http::Response Health::counted(http::Response response) {
  if (response.status != 404) (response.status == 200 ? successes_ : failures_).add();
  return response;
}

base::Awaitable<http::Response> Health::answer_health(const http::Query& query) {
  const std::string reason = co_await problem(query);
  boost::json::object body;
  body["health"] = reason.empty() ? "true" : "false";
  body["reason"] = reason;
  co_return plain(reason.empty() ? 200 : 503, boost::json::serialize(body));
}

/// In etcd's words; empty if there is none.
base::Awaitable<std::string> Health::problem(const http::Query& query) {
  const auto excluded = query.all("exclude");
  for (const wire::AlarmMember& alarm : core_.parts.store.alarms()) {
    const std::string name = names(alarm.alarm)[static_cast<std::size_t>(alarm.alarm)];
    if (!contains(excluded, name)) co_return "ALARM " + name;
  }
  const bool serializable = query.get("serializable") == std::string_view("true");
  if (!serializable && core_.parts.replicator.standing().leader.value == 0) co_return "RAFT NO LEADER";
  base::Result<void> read;
  if (serializable)
    read = co_await serializable_read();
  else
    read = co_await linearizable_read();
  co_return read ? "" : "RANGE ERROR:" + read.error().message;
}

const std::vector<Health::Check>& Health::checks_of(std::string_view root) {
  static const std::vector<Check> live{{"serializable_read", &Health::serializable_read}};
  static const std::vector<Check> ready{{"data_corruption", &Health::data_corruption},
                                        {"serializable_read", &Health::serializable_read},
                                        {"linearizable_read", &Health::linearizable_read},
                                        {"non_learner", &Health::non_learner},
                                        {"shutdown", &Health::not_draining}};
  return root == "/livez" ? live : ready;
}

base::Awaitable<http::Response> Health::answer_checks(std::string_view root, std::string_view single,
                                                      const http::Query& query) {
  const auto excluded = query.all("exclude");
  std::string report;
  bool failed = false, found = single.empty();
  for (const Check& check : checks_of(root)) {
    if ((!single.empty() && check.name != single)) continue;
    found = true;
    if (contains(excluded, check.name)) {
      report += "[+]" + std::string(check.name) + " excluded: ok\n";
      continue;
    }
    const base::Result<void> result = co_await (this->*check.run)();
    note(root.substr(1), check.name, result.has_value());
    report += (result ? "[+]" : "[-]") + std::string(check.name) +
              (result ? " ok\n" : " failed: " + result.error().message + "\n");
    failed |= !result;
  }
  const std::string name(root.substr(1));
  if (!found) co_return plain(404, "no check is named \"" + std::string(single) + "\"\n");
  if (failed) {
    base::log::debug("health check failed", {{"check", name}, {"report", report}});
    co_return plain(503, report + name + " check failed\n");
  }
  co_return plain(200, query.has("verbose") ? report + name + " check passed\n" : "ok\n");
}

void Health::note(std::string_view root, const char* check, bool passed) {
  const std::string type(root);
  registry_.gauge("etcd_server_healthcheck", "What each check last said.", {{"type", type}, {"name", check}})
      .set(passed);
  registry_
      .counter("etcd_server_healthchecks_total", "Checks made.",
               {{"type", type}, {"name", check}, {"status", passed ? "success" : "error"}})
      .add();
}

base::Awaitable<base::Result<void>> Health::non_learner() {
  if (core_.parts.replicator.status().learner)
    co_return base::Error(base::Errc::unavailable, "not supported for learner");
  co_return base::Result<void>();
}

base::Awaitable<base::Result<void>> Health::not_draining() {
  if (draining_) co_return base::Error(base::Errc::unavailable, "shutting down");
  co_return base::Result<void>();
}

base::Awaitable<base::Result<void>> Health::data_corruption() {
  for (const wire::AlarmMember& alarm : core_.parts.store.alarms())
    if (alarm.alarm == wire::AlarmType::corrupt)
      co_return base::Error(base::Errc::corrupt, "alarm activated: CORRUPT");
  co_return base::Result<void>();
}

base::Awaitable<base::Result<void>> Health::serializable_read() {
  const auto read = core_.parts.store.range(probe());
  if (!read) co_return read.error();
  co_return base::Result<void>();
}

base::Awaitable<base::Result<void>> Health::linearizable_read() {
  // Without a leader the barrier would wait for one; who asks wants to know now.
  if (core_.parts.replicator.standing().leader.value == 0) co_return storage::errors::no_leader();
  auto held = co_await core_.read_barrier();
  if (!held) co_return held;
  co_return co_await serializable_read();
}

}  // namespace raft_store::gateway
