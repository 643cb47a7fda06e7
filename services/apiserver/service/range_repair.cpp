#include "apiserver/service/range_repair.hpp"
#include "base/log.hpp"

namespace apiserver {
namespace {

constexpr std::chrono::minutes every{3};
constexpr std::chrono::seconds after_failure{5};
constexpr int passes_until_given_up = 3;

}  // namespace

base::Awaitable<void> RangeRepair::run() {
  for (bool more = true; more;) {
    const bool done = co_await pass();
    more = co_await base::sleep_for(done ? std::chrono::nanoseconds(every)
                                         : std::chrono::nanoseconds(after_failure));
  }
}

base::Awaitable<bool> RangeRepair::pass() {
  // Reservations are read after the Services: what is taken for one written in between is seen as leaked once
  // at most, never as missing.
  const auto caught_up = co_await feed_.catch_up();
  if (!caught_up) co_return false;
  allocation::Holdings held;
  for (const auto& service : lookup_.list("", "services", ""))
    allocation::add_held(held, *service);
  const auto reserved = co_await reservations_.all();
  if (!reserved) co_return false;
  auto plan = allocation::plan_repair(held, *reserved);
  for (const auto& text : plan.disputed)
    base::log::warning("a Service's address or port is reserved for another", {{"what", text}});
  co_await take_missing(std::move(plan.missing));
  co_await give_leaked(std::move(plan.leaked));
  co_return true;
}

base::Awaitable<void> RangeRepair::take_missing(allocation::Holdings missing) {
  for (const auto& [ip, owner] : missing.ips) {
    const auto taken = co_await reservations_.take_ip(ip, owner);
    base::log::warning("reserved an address that a Service held",
                       {{"ip", ip}, {"owner", owner.text()}, {"done", taken.has_value()}});
  }
  for (const auto& [port, owner] : missing.ports) {
    const auto taken = co_await reservations_.take_port(port, owner);
    base::log::warning("reserved a port that a Service held",
                       {{"port", port}, {"owner", owner.text()}, {"done", taken.has_value()}});
  }
}

base::Awaitable<void> RangeRepair::give_leaked(allocation::Holdings leaked) {
  std::map<std::string, int> seen;
  const auto certain = [&](const std::string& what) {
    const auto before = suspects_.find(what);
    return (seen[what] = before == suspects_.end() ? 1 : before->second + 1) >= passes_until_given_up;
  };
  for (const auto& [ip, owner] : leaked.ips) {
    if (!certain(ip + " " + owner.text())) continue;
    base::log::warning("gave up an address that no Service holds", {{"ip", ip}, {"owner", owner.text()}});
    co_await reservations_.give_ip(ip, owner);
  }
  for (const auto& [port, owner] : leaked.ports) {
    if (!certain(std::to_string(port) + " " + owner.text())) continue;
    base::log::warning("gave up a port that no Service holds", {{"port", port}, {"owner", owner.text()}});
    co_await reservations_.give_port(port, owner);
  }
  suspects_ = std::move(seen);
}

}  // namespace apiserver
