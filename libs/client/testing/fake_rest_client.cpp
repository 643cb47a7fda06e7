#include "client/testing/fake_rest_client.hpp"
#include <algorithm>
#include <boost/json.hpp>
#include "api/object.hpp"

namespace client::testing {

namespace json = boost::json;

namespace {

base::Result<json::value> to_result(api::StatusOr<json::value> r) {
  if (!r) return r.error().to_error();
  return std::move(*r);
}

}  // namespace

/// Reads the tracker's history from its own place on.
class FakeRestClient::Watch final : public WatchStream {
 public:
  Watch(FakeRestClient& owner, std::string table, ObjectFilter filter, bool bookmarks, std::int64_t from)
      : owner_(&owner),
        table_(std::move(table)),
        filter_(std::move(filter)),
        bookmarks_(bookmarks),
        seen_(from),
        changed_(owner.ex_) {
    owner.watches_.push_back(this);
  }
  ~Watch() override {
    if (owner_) std::erase(owner_->watches_, this);
  }

  base::Awaitable<base::Result<RawEvent>> next() override {
    while (true) {
      collect();
      if (!ready_.empty()) {
        RawEvent event = std::move(ready_.front());
        ready_.pop_front();
        co_return event;
      }
      if (failure_) co_return *failure_;
      changed_.reset();
      const bool changed = co_await changed_.wait();
      if (!changed) co_return base::Error(base::Errc::cancelled, "watch cancelled");
    }
  }
  void poke() { changed_.set(); }
  void fail(base::Errc code, const char* why) {
    collect();
    failure_ = base::Error(code, why);
    changed_.set();
  }
  void orphan() {
    fail(base::Errc::unavailable, "the server is gone");
    owner_ = nullptr;
  }
  void push(std::string type, json::value object) {
    ready_.push_back(RawEvent{std::move(type), std::move(object)});
  }
  void bookmark(std::int64_t revision, bool initial_end) {
    if (!bookmarks_) return;
    collect();
    json::object metadata{{"resourceVersion", std::to_string(revision)}};
    if (initial_end) metadata["annotations"] = json::object{{"k8s.io/initial-events-end", "true"}};
    push("BOOKMARK", json::object{{"metadata", std::move(metadata)}});
    changed_.set();
  }

 private:
  void collect() {
    if (!owner_ || failure_) return;
    for (const auto& c : owner_->tracker_.history()) {
      if (c.revision <= seen_) continue;
      seen_ = c.revision;
      if (c.table != table_) continue;
      const bool was = !c.old.is_null() && filter_.matches(c.old);
      const bool is = c.type != "DELETED" && filter_.matches(c.now);
      if (was && is) push("MODIFIED", c.now);
      if (!was && is) push("ADDED", c.now);
      if (was && !is) push("DELETED", c.now);
    }
  }

  FakeRestClient* owner_;
  std::string table_;
  ObjectFilter filter_;
  bool bookmarks_;
  std::int64_t seen_;
  std::deque<RawEvent> ready_;
  std::optional<base::Error> failure_;
  base::Event changed_;
};

FakeRestClient::FakeRestClient(base::Executor ex) : ex_(std::move(ex)) {
  tracker_.on_change = [this] {
    for (auto* w : watches_)
      w->poke();
  };
}

FakeRestClient::~FakeRestClient() {
  for (auto* w : watches_)
    w->orphan();
}

std::optional<base::Result<json::value>> FakeRestClient::intercept(Call call) {
  for (std::size_t i = 0; i < reactors_.size(); ++i) {
    auto reactor = reactors_[i];
    if (auto answer = reactor(call)) return answer;
  }
  const bool read = call.verb == "get" || call.verb == "list" || call.verb == "watch";
  if (!read || record_reads) calls_.push_back(std::move(call));
  return std::nullopt;
}

void FakeRestClient::fail_next(std::string verb, std::string resource, base::Error error) {
  auto used = std::make_shared<bool>(false);
  add_reactor([verb = std::move(verb), resource = std::move(resource), error = std::move(error),
               used](const Call& c) -> std::optional<base::Result<Value>> {
    if (*used || c.verb != verb || c.resource != resource) return std::nullopt;
    *used = true;
    return base::Result<Value>(error);
  });
}

void FakeRestClient::break_watches() {
  for (auto* w : watches_)
    w->fail(base::Errc::unavailable, "the connection broke");
}

void FakeRestClient::expire_watches() {
  for (auto* w : watches_)
    w->fail(base::Errc::expired, "too old resource version");
  tracker_.forget_history();
}

int FakeRestClient::open_watches() const noexcept {
  return static_cast<int>(watches_.size());
}

void FakeRestClient::send_bookmarks() {
  for (auto* w : watches_)
    w->bookmark(tracker_.revision(), false);
}

base::Awaitable<base::Result<json::value>> FakeRestClient::get(const api::ResourceInfo& r, std::string ns,
                                                               std::string name, std::string subresource) {
  if (auto a = intercept({"get", r.resource, subresource, ns, name, {}})) co_return std::move(*a);
  co_return to_result(tracker_.get(r, ns, name));
}

base::Awaitable<base::Result<json::value>> FakeRestClient::list(const api::ResourceInfo& r, std::string ns,
                                                                ListOptions o) {
  if (auto a = intercept({"list", r.resource, "", ns, "", {}})) co_return std::move(*a);
  auto filter = ObjectFilter::make(ns, o.label_selector, o.field_selector);
  if (!filter) co_return filter.error().to_error();
  json::array items;
  for (auto& v : tracker_.list(r, ns))
    if (filter->matches(v)) items.push_back(std::move(v));
  json::object out{{"kind", r.kind + "List"}, {"apiVersion", r.group_version().text()}};
  out["metadata"] = json::object{{"resourceVersion", std::to_string(tracker_.revision())}};
  out["items"] = std::move(items);
  co_return json::value(std::move(out));
}

base::Awaitable<base::Result<json::value>> FakeRestClient::create_raw(const api::ResourceInfo& r,
                                                                      std::string ns, std::string name,
                                                                      std::string subresource,
                                                                      json::value body, WriteOptions) {
  if (auto a = intercept({"create", r.resource, subresource, ns, name, body})) co_return std::move(*a);
  if (subresource.empty()) co_return to_result(tracker_.create(r, ns, std::move(body)));
  if (subresource == "binding") {
    auto bound = tracker_.bind(ns, name, body);
    if (!bound) co_return bound.error().to_error();
    co_return json::value{{"kind", "Status"}, {"apiVersion", "v1"}, {"status", "Success"}};
  }
  if (subresource == "eviction") {
    DeleteOptions options;
    auto gone = tracker_.remove(r, ns, name, options);
    if (!gone) co_return gone.error().to_error();
    co_return json::value{{"kind", "Status"}, {"apiVersion", "v1"}, {"status", "Success"}};
  }
  co_return base::Error(base::Errc::unsupported, "the fake has no " + r.resource + "/" + subresource);
}

base::Awaitable<base::Result<json::value>> FakeRestClient::update_raw(const api::ResourceInfo& r,
                                                                      std::string ns, std::string name,
                                                                      std::string subresource,
                                                                      json::value body, WriteOptions) {
  if (auto a = intercept({"update", r.resource, subresource, ns, name, body})) co_return std::move(*a);
  co_return to_result(tracker_.update(r, ns, name, subresource, std::move(body)));
}

base::Awaitable<base::Result<json::value>> FakeRestClient::patch_raw(const api::ResourceInfo& r,
                                                                     std::string ns, std::string name,
                                                                     std::string subresource, PatchType type,
                                                                     json::value body, WriteOptions) {
  if (auto a = intercept({"patch", r.resource, subresource, ns, name, body})) co_return std::move(*a);
  co_return to_result(tracker_.patch(r, ns, name, subresource, type, body));
}

base::Awaitable<base::Result<void>> FakeRestClient::remove_raw(const api::ResourceInfo& r, std::string ns,
                                                               std::string name, DeleteOptions o) {
  if (auto a = intercept({"delete", r.resource, "", ns, name, {}}); a && !*a) co_return a->error();
  auto gone = tracker_.remove(r, ns, name, o);
  if (!gone) co_return gone.error().to_error();
  co_return base::Result<void>();
}

base::Awaitable<base::Result<void>> FakeRestClient::remove_collection_raw(const api::ResourceInfo& r,
                                                                          std::string ns, DeleteOptions d,
                                                                          ListOptions o) {
  if (auto a = intercept({"deletecollection", r.resource, "", ns, "", {}}); a && !*a) co_return a->error();
  auto filter = ObjectFilter::make(ns, o.label_selector, o.field_selector);
  if (!filter) co_return filter.error().to_error();
  for (const auto& v : tracker_.list(r, ns)) {
    const auto& object = v.as_object();
    if (!filter->matches(v)) continue;
    auto gone =
        tracker_.remove(r, std::string(api::namespace_of(object)), std::string(api::name_of(object)), d);
    if (!gone) co_return gone.error().to_error();
  }
  co_return base::Result<void>();
}

base::Awaitable<base::Result<std::unique_ptr<WatchStream>>> FakeRestClient::watch(const api::ResourceInfo& r,
                                                                                  std::string ns,
                                                                                  WatchOptions o) {
  if (auto a = intercept({"watch", r.resource, "", ns, "", {}}); a && !*a) co_return a->error();
  auto filter = ObjectFilter::make(ns, o.label_selector, o.field_selector);
  if (!filter) co_return filter.error().to_error();
  const bool from_now = o.resource_version.empty() || o.resource_version == "0";
  const auto from = from_now ? tracker_.revision() : std::stoll(o.resource_version);
  if (from < tracker_.oldest()) co_return api::StatusError::expired("too old resource version").to_error();
  const bool initial = o.send_initial_events || from_now;
  auto watch = std::make_unique<Watch>(*this, ObjectTracker::table_of(r), *filter, o.allow_bookmarks,
                                       initial ? tracker_.revision() : from);
  if (initial)
    for (auto& v : tracker_.list(r, ns))
      if (filter->matches(v)) watch->push("ADDED", std::move(v));
  if (o.send_initial_events) watch->bookmark(tracker_.revision(), true);
  co_return std::unique_ptr<WatchStream>(std::move(watch));
}

base::Awaitable<base::Result<json::value>> FakeRestClient::get_path(std::string path) {
  auto hit = paths_.find(path);
  if (hit == paths_.end()) co_return api::StatusError::path_not_found().to_error();
  co_return hit->second;
}

}  // namespace client::testing
