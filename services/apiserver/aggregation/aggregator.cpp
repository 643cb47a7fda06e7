#include "apiserver/aggregation/aggregator.hpp"
#include "apiserver/kinds/common.hpp"
#include "base/log.hpp"

namespace apiserver::aggregation {
namespace {

using namespace std::chrono_literals;
using api::StatusOr;
using kinds::at;
/// Changes come in bursts: those of a chart, or of start-up.
constexpr auto settle = 200ms;
/// As upstream looks again without a change.
constexpr auto look_every = 30s;

api::GroupVersion group_version_of(const Object& o) {
  return {at(o, {"spec", "group"}), at(o, {"spec", "version"})};
}

bool same_spec(const Object& a, const Object& b) {
  const auto *x = a.if_contains("spec"), *y = b.if_contains("spec");
  return x && y && api::deep_equal(*x, *y);
}

http::Response unavailable(const std::string& why) {
  http::Response response;
  response.status = 503;
  response.headers.set("Content-Type", "text/plain; charset=utf-8");
  response.headers.set("X-Content-Type-Options", "nosniff");
  response.body = why + "\n";
  return response;
}

}  // namespace

Aggregator::Aggregator(base::Executor strand, Parts parts) : parts_(std::move(parts)), changed_(strand) {}

void Aggregator::put(const cache::Entry& entry) {
  auto& known = known_[std::string(entry.name())];
  auto object = entry.parse();
  const bool same = known.revision != 0 && same_spec(known.object, object);
  known.object = std::move(object);
  known.revision = entry.revision();
  if (!same) {
    known.remote.reset();
    known.resources.clear();
    known.available = false;
    if (!is_local(known.object)) {
      auto remote = Remote::make(known.object, parts_.front_proxy, parts_.executor, *parts_.caches);
      if (remote)
        known.remote = std::move(*remote);
      else
        base::log::warning("cannot reach an extension server",
                           {{"api service", std::string(entry.name())}, {"error", remote.error()}});
    }
    publish();
    changed_.set();
  }
}

void Aggregator::removed(const std::string& name) {
  known_.erase(name);
  publish();
  changed_.set();
}

void Aggregator::endpoints_changed() {
  for (const auto& [name, known] : known_)
    if (!is_local(known.object)) return changed_.set();
}

base::Awaitable<void> Aggregator::run() {
  bool more = true;
  while (more) {
    more = co_await base::sleep_for(settle);
    if (!more) co_return;
    changed_.reset();
    co_await pass();
    // False also when the time is up; a cancelled wait makes the sleep above fail.
    if (!changed_.is_set()) co_await changed_.wait_for(look_every);
  }
}

base::Awaitable<void> Aggregator::pass() {
  co_await make_local();
  std::vector<std::string> names;
  for (const auto& [name, known] : known_)
    names.push_back(name);
  for (auto& name : names)
    co_await check(std::move(name));
}

registry::Call Aggregator::call_on(const std::string& name, bool status) const {
  registry::Call call;
  call.resource = api::find_resource("apiregistration.k8s.io", "v1", "apiservices");
  call.body =
      status ? api::find_resource("apiregistration.k8s.io", "v1", "apiservices/status") : call.resource;
  if (status) call.subresource = "status";
  call.name = name;
  call.user = parts_.user;
  return call;
}

base::Awaitable<void> Aggregator::make_local() {
  auto plan = plan_local(parts_.builtin, parts_.defined(),
                         parts_.caches->list("apiregistration.k8s.io", "apiservices", ""));
  for (auto& object : plan.create) {
    const std::string name(api::name_of(object));
    auto call = call_on("", false);
    auto made = co_await parts_.registry->create(std::move(call), std::move(object));
    if (!made && made.error().code != 409)
      base::log::warning("cannot make an APIService", {{"name", name}, {"error", made.error().message}});
  }
  for (const auto& name : plan.remove) {
    auto call = call_on(name, false);
    registry::DeleteOptions options;
    auto removed = co_await parts_.registry->remove(std::move(call), std::move(options));
    if (!removed && removed.error().code != 404)
      base::log::warning("cannot remove an APIService", {{"name", name}, {"error", removed.error().message}});
  }
}

base::Awaitable<void> Aggregator::check(std::string name) {
  auto found = known_.find(name);
  if (found == known_.end()) co_return;
  Object object = found->second.object;
  const auto revision = found->second.revision;
  const auto remote = found->second.remote;
  auto verdict = judge(object, *parts_.caches);
  std::vector<api::ResourceInfo> resources;
  if (!verdict && !remote) {
    verdict = Availability{"False", "FailedDiscoveryCheck", "the CA bundle cannot be read"};
  } else if (!verdict) {
    auto offered = co_await remote->discover();
    if (offered) {
      resources = std::move(*offered);
      verdict = Availability{"True", "Passed", "all checks passed"};
    } else {
      verdict = Availability{"False", "FailedDiscoveryCheck", offered.error().message};
    }
    found = known_.find(name);
    if (found == known_.end() || found->second.remote != remote) co_return;
  }
  if (!is_local(object)) {
    found->second.available = verdict->status == "True";
    // One that is away keeps what it said it has, so that its kinds stay known.
    if (found->second.available) found->second.resources = std::move(resources);
    publish();
  }
  if (set_available(object, *verdict, parts_.now())) co_await write_status(name, std::move(object), revision);
}

base::Awaitable<void> Aggregator::write_status(const std::string& name, Object object,
                                               storage::Revision revision) {
  api::metadata(object)["resourceVersion"] = std::to_string(revision);
  registry::Change how = [object](const Object&) -> StatusOr<Object> { return object; };
  auto call = call_on(name, true);
  auto written = co_await parts_.registry->update(std::move(call), std::move(how));
  // Changed or gone meanwhile: that comes as an event.
  if (!written && written.error().code != 409 && written.error().code != 404)
    base::log::warning("cannot write the status of an APIService",
                       {{"name", name}, {"error", written.error().message}});
}

void Aggregator::publish() {
  std::map<api::GroupVersion, Served> served;
  auto offered = std::make_shared<Offered>();
  for (const auto& [name, known] : known_) {
    if (is_local(known.object)) continue;
    const auto gv = group_version_of(known.object);
    served[gv] = {known.remote, known.available};
    if (known.resources.empty()) continue;
    offered->group_versions.push_back(gv);
    offered->resources.insert(offered->resources.end(), known.resources.begin(), known.resources.end());
  }
  bool changed = false;
  {
    std::lock_guard lock(mutex_);
    served_ = std::move(served);
    const auto same = [](const api::ResourceInfo& a, const api::ResourceInfo& b) {
      return a.group == b.group && a.version == b.version && a.resource == b.resource && a.verbs == b.verbs &&
             a.kind == b.kind && a.short_names == b.short_names;
    };
    changed = !std::equal(offered->resources.begin(), offered->resources.end(), offered_->resources.begin(),
                          offered_->resources.end(), same);
    if (changed) offered_ = std::move(offered);
  }
  if (changed) parts_.on_change();
}

std::shared_ptr<const Aggregator::Offered> Aggregator::offered() const {
  std::lock_guard lock(mutex_);
  return offered_;
}

base::Awaitable<bool> Aggregator::serve(http::Exchange& exchange, std::string group, std::string version,
                                        const authentication::UserInfo& user) {
  Served to;
  {
    std::lock_guard lock(mutex_);
    if (served_.empty()) co_return false;
    const auto found = served_.find({group, version});
    if (found == served_.end()) co_return false;
    to = found->second;
  }
  std::string why = "service unavailable";
  if (to.available && to.remote) {
    auto served = co_await to.remote->serve(exchange, user);
    if (served) co_return true;
    why = served.error().message;
  }
  co_await exchange.respond(unavailable(why));
  co_return true;
}

}  // namespace apiserver::aggregation
