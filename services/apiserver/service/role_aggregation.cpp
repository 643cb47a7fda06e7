#include "apiserver/service/role_aggregation.hpp"
#include "api/object.hpp"
#include "apiserver/authorization/bootstrap_policy.hpp"
#include "base/log.hpp"

namespace apiserver {
namespace {

using namespace std::chrono_literals;
/// Roles change in bursts: a chart's, or those of start-up.
constexpr std::chrono::milliseconds settle = 100ms, after_failure = 1s;

}  // namespace

RoleAggregation::RoleAggregation(base::Executor strand, const ObjectLookup& lookup,
                                 bootstrap::ObjectWriter& writer)
    : changed_(strand), lookup_(lookup), writer_(writer) {}

base::Awaitable<void> RoleAggregation::run() {
  bool more = true;
  while (more) {
    more = co_await changed_.wait();
    if (more) more = co_await base::sleep_for(settle);
    if (!more) co_return;
    changed_.reset();
    const bool good = co_await pass();
    if (good) continue;
    changed_.set();
    more = co_await base::sleep_for(after_failure);
  }
}

base::Awaitable<bool> RoleAggregation::pass() {
  bool good = true;
  for (auto& role : authorization::plan_aggregation(lookup_)) {
    const std::string name(api::name_of(role));
    bootstrap::Write write{bootstrap::Write::Action::update, "rbac.authorization.k8s.io", "v1",
                           "clusterroles", std::move(role)};
    const auto written = co_await writer_.write(std::move(write));
    // Changed or gone meanwhile: its own event comes, and with it another pass.
    if (written || written.error().code == 409 || written.error().code == 404) continue;
    base::log::warning("cannot write an aggregated role",
                       {{"name", name}, {"error", written.error().message}});
    good = false;
  }
  co_return good;
}

}  // namespace apiserver
