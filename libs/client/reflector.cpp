#include "client/reflector.hpp"
#include <boost/asio/this_coro.hpp>
#include <boost/json.hpp>
#include <random>
#include "api/object.hpp"
#include "base/log.hpp"

namespace client {

namespace json = boost::json;

namespace {

constexpr int page_size = 500;
constexpr auto watch_lasted = std::chrono::seconds(5);

double random_fraction() {
  thread_local std::minstd_rand generator(std::random_device{}());
  return std::uniform_real_distribution<double>(0, 1)(generator);
}

}  // namespace

std::chrono::milliseconds Backoff::next() {
  const auto wait =
      next_ + std::chrono::milliseconds(static_cast<std::int64_t>(next_.count() * random_fraction()));
  next_ = std::min(next_ * 2, max_);
  return wait;
}

Reflector::Reflector(std::shared_ptr<RestClient> rest, InformerBase& informer, InformerOptions options,
                     std::function<void()> on_synced)
    : rest_(std::move(rest)),
      informer_(informer),
      options_(std::move(options)),
      on_synced_(std::move(on_synced)) {}

base::Awaitable<void> Reflector::run() {
  while (true) {
    const auto started = std::chrono::steady_clock::now();
    base::Result<void> done;
    if (revision_.empty()) done = co_await list();
    if (done) done = co_await watch();
    const auto state = co_await boost::asio::this_coro::cancellation_state;
    if (state.cancelled() != boost::asio::cancellation_type::none) co_return;
    const bool lasted = std::chrono::steady_clock::now() - started > watch_lasted;
    if (lasted) backoff_.reset();
    if (done) continue;
    if (done.error().is(base::Errc::expired)) {
      revision_.clear();
      any_revision_ = false;
      if (lasted) continue;
    } else {
      base::log::debug("list or watch ended",
                       {{"resource", informer_.resource().resource}, {"error", done.error()}});
    }
    const bool slept = co_await base::sleep_for(backoff_.next());
    if (!slept) co_return;
  }
}

base::Awaitable<base::Result<void>> Reflector::list() {
  ListOptions o;
  o.label_selector = options_.label_selector;
  o.field_selector = options_.field_selector;
  if (any_revision_) o.resource_version = "0";
  o.limit = any_revision_ ? 0 : page_size;
  o.metadata_only = options_.metadata_only;
  std::vector<json::value> objects;
  std::string revision;
  do {
    ListOptions page = o;
    auto answer = co_await rest_->list(informer_.resource(), options_.ns, std::move(page));
    if (!answer) co_return answer.error();
    if (!answer->is_object()) co_return base::Error(base::Errc::corrupt, "a list that is not an object");
    auto& body = answer->as_object();
    revision = std::string(api::get_string(body, {"metadata", "resourceVersion"}));
    o.continue_token = std::string(api::get_string(body, {"metadata", "continue"}));
    o.resource_version.clear();
    if (auto* items = body.if_contains("items"); items && items->is_array())
      for (auto& item : items->as_array())
        objects.push_back(std::move(item));
  } while (!o.continue_token.empty());
  informer_.replace(std::move(objects));
  revision_ = revision;
  any_revision_ = true;
  on_synced_();
  co_return base::Result<void>();
}

base::Awaitable<base::Result<void>> Reflector::watch() {
  WatchOptions o;
  o.label_selector = options_.label_selector;
  o.field_selector = options_.field_selector;
  o.resource_version = revision_;
  o.metadata_only = options_.metadata_only;
  // Spread, so that the watches of one process do not all end at once.
  o.timeout = std::chrono::seconds(300 + static_cast<int>(300 * random_fraction()));
  auto stream = co_await rest_->watch(informer_.resource(), options_.ns, std::move(o));
  if (!stream) co_return stream.error();
  backoff_.reset();
  while (true) {
    auto event = co_await (*stream)->next();
    if (!event) co_return event.error();
    auto taken = take(std::move(*event));
    if (!taken) co_return taken.error();
  }
}

base::Result<void> Reflector::take(RawEvent event) {
  if (!event.object.is_object()) return base::Error(base::Errc::corrupt, "an event without an object");
  const std::string revision(api::resource_version_of(event.object.as_object()));
  if (event.type == "ADDED" || event.type == "MODIFIED" || event.type == "DELETED")
    informer_.apply(event.type, std::move(event.object));
  else if (event.type != "BOOKMARK")
    return base::Error(base::Errc::corrupt, "an event of unknown type " + event.type);
  if (!revision.empty()) revision_ = revision;
  return {};
}

}  // namespace client
