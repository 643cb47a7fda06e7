#include "node-agent/node/reporter.hpp"
#include <algorithm>
#include "base/log.hpp"

namespace node_agent::node {

namespace core = api::core::v1;
using api::coordination::v1::Lease;
using client::PatchType;

namespace {

constexpr std::chrono::milliseconds retry_first{100}, retry_max{7'000};
constexpr int tries_max = 5;

}  // namespace

Reporter::Reporter(base::Executor strand, base::Executor blocking_pool,
                   std::shared_ptr<client::RestClient> rest, const base::Clock& clock, NodeSettings settings,
                   ReporterOptions options, std::function<std::string()> runtime_trouble)
    : strand_(std::move(strand)),
      pool_(std::move(blocking_pool)),
      rest_(std::move(rest)),
      clock_(clock),
      settings_(std::move(settings)),
      options_(std::move(options)),
      runtime_trouble_(std::move(runtime_trouble)) {}

base::Awaitable<NodeObservation> Reporter::observe() {
  NodeObservation seen;
  const bool first = machine_.architecture.empty();
  std::function<void()> read = [this, &seen, first] {
    if (first) machine_ = read_machine();
    seen.pressure = read_pressure(options_.root_dir);
  };
  co_await base::run_blocking(pool_, std::move(read));
  seen.machine = machine_;
  seen.not_ready = runtime_trouble_();
  co_return seen;
}

base::Awaitable<core::NodeStatus> Reporter::current_status() {
  auto seen = co_await observe();
  co_return node_status(settings_, seen, node_.status, clock_.now());
}

base::Awaitable<bool> Reporter::register_node() {
  for (auto delay = retry_first;; delay = std::min(delay * 2, retry_max)) {
    auto done = co_await try_register();
    if (done) break;
    base::log::warning("cannot register the node yet", {{"node", settings_.name}, {"error", done.error()}});
    const bool slept = co_await base::sleep_for(delay);
    if (!slept) co_return false;
  }
  base::log::info("node registered", {{"node", settings_.name}});
  last_report_ = clock_.steady_now();
  co_return true;
}

base::Awaitable<base::Result<void>> Reporter::try_register() {
  auto seen = co_await observe();
  auto wanted = initial_node(settings_, seen, clock_.now());
  auto created = co_await rest_->create(std::move(wanted));
  if (created) {
    node_ = std::move(*created);
    co_return base::Result<void>();
  }
  if (!created.error().is(base::Errc::already_exists)) co_return created.error();
  co_return co_await adopt();
}

base::Awaitable<base::Result<void>> Reporter::adopt() {
  auto found = co_await rest_->get<core::Node>(std::string(), settings_.name);
  if (!found) co_return found.error();
  node_ = std::move(*found);
  boost::json::object labels;
  for (const auto& [key, value] : node_labels(settings_, machine_)) {
    const auto it = node_.metadata.labels.find(key);
    if (it == node_.metadata.labels.end() || it->second != value) labels[key] = value;
  }
  if (!labels.empty()) {
    boost::json::object metadata, body;
    metadata["labels"] = std::move(labels);
    body["metadata"] = std::move(metadata);
    auto patched = co_await rest_->patch<core::Node>(std::string(), settings_.name, PatchType::strategic,
                                                     std::move(body));
    if (!patched) co_return patched.error();
    node_ = std::move(*patched);
  }
  co_return co_await report();
}

base::Awaitable<base::Result<void>> Reporter::report() {
  auto seen = co_await observe();
  boost::json::object body;
  body["status"] = api::to_json(node_status(settings_, seen, node_.status, clock_.now()));
  auto patched = co_await rest_->patch<core::Node>(std::string(), settings_.name, PatchType::strategic,
                                                   std::move(body), std::string("status"));
  if (!patched) co_return patched.error();
  node_ = std::move(*patched);
  last_report_ = clock_.steady_now();
  co_return base::Result<void>();
}

base::Awaitable<void> Reporter::run_status() {
  for (;;) {
    const bool slept = co_await base::sleep_for(options_.status_update_frequency);
    if (!slept) co_return;
    // What others changed (a condition, the pod range) is read here, so that it is not written over.
    auto found = co_await rest_->get<core::Node>(std::string(), settings_.name);
    if (!found && found.error().is(base::Errc::not_found)) {
      const bool registered = co_await register_node();
      if (!registered) co_return;
      continue;
    }
    if (!found) continue;
    node_ = std::move(*found);
    const auto fresh = co_await current_status();
    const bool due = clock_.steady_now() - last_report_ >= options_.status_report_frequency;
    if (!due && !status_changed(node_.status, fresh)) continue;
    auto reported = co_await report();
    if (!reported)
      base::log::warning("cannot report the node's status",
                         {{"node", settings_.name}, {"error", reported.error()}});
  }
}

base::Awaitable<base::Result<void>> Reporter::renew() {
  if (lease_.metadata.resource_version.empty()) {
    auto found = co_await rest_->get<Lease>(std::string("kube-node-lease"), settings_.name);
    if (found) lease_ = std::move(*found);
    if (!found && !found.error().is(base::Errc::not_found)) co_return found.error();
  }
  const bool exists = !lease_.metadata.resource_version.empty();
  auto wanted = node_lease(node_, lease_, clock_.now());
  base::Result<Lease> written = base::Error(base::Errc::internal, "");
  if (exists)
    written = co_await rest_->update(std::move(wanted));
  else
    written = co_await rest_->create(std::move(wanted));
  if (!written) {
    lease_ = Lease{};  // Read again: somebody changed or removed it.
    co_return written.error();
  }
  lease_ = std::move(*written);
  co_return base::Result<void>();
}

base::Awaitable<void> Reporter::run_lease() {
  for (;;) {
    for (int i = 0; i < tries_max; ++i) {
      auto renewed = co_await renew();
      if (renewed) break;
      base::log::warning("cannot renew the node's lease",
                         {{"node", settings_.name}, {"error", renewed.error()}});
      const bool slept = co_await base::sleep_for(retry_first * (1 << i));
      if (!slept) co_return;
    }
    const bool slept = co_await base::sleep_for(options_.lease_renew_interval);
    if (!slept) co_return;
  }
}

}  // namespace node_agent::node
