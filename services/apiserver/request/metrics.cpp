#include "apiserver/request/metrics.hpp"
#include <algorithm>

namespace apiserver::request {
namespace {

using base::metrics::Counter;
using base::metrics::Gauge;
using base::metrics::Histogram;
using base::metrics::Labels;
using Buckets = std::vector<double>;

constexpr std::array<std::string_view, 10> verbs{"GET",   "LIST",   "WATCH",   "POST",  "PUT",
                                                 "PATCH", "DELETE", "CONNECT", "APPLY", "other"};
constexpr std::array<std::string_view, 4> scopes{"resource", "namespace", "cluster", ""};
constexpr std::array codes{200, 201, 202, 400, 401, 403, 404, 405, 406, 409,
                           410, 413, 415, 422, 429, 500, 503, 504, 101, 304};

const Buckets& duration_buckets() {
  static const Buckets b{0.005, 0.025, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1,  1.25, 1.5, 2,
                         3,     4,     5,    6,   8,   10,  15,  20,  30, 45,   60};
  return b;
}
const Buckets& sli_buckets() {
  static const Buckets b(duration_buckets().begin() + 2, duration_buckets().end());
  return b;
}
const Buckets& size_buckets() {
  static const Buckets b{1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9};
  return b;
}
const Buckets& event_size_buckets() {
  static const Buckets b{1024, 2048, 4096, 8192, 16384, 32768, 65536, 131072};
  return b;
}

template <std::size_t N>
std::size_t place_in(const std::array<std::string_view, N>& names, std::string_view name) {
  const auto hit = std::find(names.begin(), names.end(), name);
  return hit == names.end() ? N - 1 : static_cast<std::size_t>(hit - names.begin());
}

Labels resource_labels(const api::ResourceInfo* r) {
  if (!r) return {{"group", ""}, {"version", ""}, {"resource", ""}, {"subresource", ""}};
  return {{"group", r->group},
          {"version", r->version},
          {"resource", r->resource.substr(0, r->resource.find('/'))},
          {"subresource", r->subresource}};
}

Labels request_labels(const RequestLabels& l) {
  Labels labels = resource_labels(l.resource);
  labels["verb"] = verbs[place_in(verbs, l.verb)];
  labels["scope"] = scopes[place_in(scopes, l.scope)];
  labels["component"] = "apiserver";
  return labels;
}

std::string_view verb_label(const RequestInfo& info, std::string_view method) {
  if (info.verb == "watch") return "WATCH";
  if (info.verb == "list") return "LIST";
  if (info.resource_request && info.long_running()) return "CONNECT";
  if (method == "HEAD") return "GET";
  const auto hit = std::find(verbs.begin(), verbs.end(), method);
  return hit == verbs.end() ? "other" : *hit;
}

}  // namespace

RequestLabels RequestLabels::of(const RequestInfo& info, std::string_view method,
                                const api::ResourceInfo* body) {
  RequestLabels labels;
  labels.resource = body;
  labels.verb = verb_label(info, method);
  if (!info.name.empty() || info.verb == "create")
    labels.scope = "resource";
  else if (!info.ns.empty())
    labels.scope = "namespace";
  else if (info.resource_request)
    labels.scope = "cluster";
  return labels;
}

/// The handles of one combination of labels.
struct RequestMetrics::Series {
  Labels labels, with_dry_run;
  std::array<std::atomic<Counter*>, codes.size()> total{};
  Histogram* duration = nullptr;
  Histogram* sli = nullptr;
  Histogram* sizes = nullptr;
  std::atomic<Gauge*> long_running{nullptr};
};

struct RequestMetrics::Watched {
  Counter* events = nullptr;
  Histogram* sizes = nullptr;
};

struct RequestMetrics::Resource {
  std::array<std::atomic<Series*>, verbs.size() * scopes.size() * 2> slots{};
  std::vector<std::unique_ptr<Series>> owned;  ///< Guarded by the mutex, as is the next.
  std::unique_ptr<Watched> watched_owner;
  std::atomic<Watched*> watched{nullptr};
};

RequestMetrics::RequestMetrics(base::metrics::Registry* registry) : registry_(registry) {
  if (!registry_) return;
  for (std::size_t i = 0; i <= api::builtin_resources().size(); ++i)
    resources_.push_back(std::make_unique<Resource>());
  const auto gauge = [&](const char* kind) {
    return &registry_->gauge("apiserver_current_inflight_requests",
                             "Requests being served at this moment, by kind.", {{"request_kind", kind}});
  };
  reading_ = gauge("readOnly");
  mutating_ = gauge("mutating");
}

RequestMetrics::~RequestMetrics() = default;

RequestMetrics::Resource& RequestMetrics::resource(const api::ResourceInfo* info) {
  const auto all = api::builtin_resources();
  const bool known = info && info >= all.data() && info < all.data() + all.size();
  return *resources_[known ? static_cast<std::size_t>(info - all.data()) : all.size()];
}

RequestMetrics::Series* RequestMetrics::series(const RequestLabels& l) {
  const std::size_t at =
      (place_in(verbs, l.verb) * scopes.size() + place_in(scopes, l.scope)) * 2 + (l.dry_run ? 1 : 0);
  auto& of = resource(l.resource);
  if (auto* made = of.slots[at].load(std::memory_order_acquire)) return made;
  std::lock_guard lock(mutex_);
  if (auto* made = of.slots[at].load(std::memory_order_relaxed)) return made;
  auto s = std::make_unique<Series>();
  s->labels = request_labels(l);
  s->with_dry_run = s->labels;
  s->with_dry_run["dry_run"] = l.dry_run ? "All" : "";
  s->duration = &registry_->histogram("apiserver_request_duration_seconds", "Time to answer a request.",
                                      duration_buckets(), s->with_dry_run);
  s->sli = &registry_->histogram("apiserver_request_sli_duration_seconds",
                                 "Time to answer a request, without waits that are not the server's.",
                                 sli_buckets(), s->labels);
  s->sizes = &registry_->histogram("apiserver_response_sizes", "Bytes of the answers' bodies.",
                                   size_buckets(), s->labels);
  of.slots[at].store(s.get(), std::memory_order_release);
  of.owned.push_back(std::move(s));
  return of.owned.back().get();
}

void RequestMetrics::finished(const RequestLabels& l, int code, std::chrono::nanoseconds took,
                              std::size_t bytes) {
  if (!registry_) return;
  auto& s = *series(l);
  const auto known = static_cast<std::size_t>(std::find(codes.begin(), codes.end(), code) - codes.begin());
  Counter* total = known < codes.size() ? s.total[known].load(std::memory_order_relaxed) : nullptr;
  if (!total) {
    Labels labels = s.with_dry_run;
    labels["code"] = std::to_string(code);
    total = &registry_->counter("apiserver_request_total", "Finished requests.", labels);
    if (known < codes.size()) s.total[known].store(total, std::memory_order_relaxed);
  }
  total->add();
  if (l.verb == "WATCH" || l.verb == "CONNECT") return;  // They last as long as the client likes.
  const double seconds = std::chrono::duration<double>(took).count();
  s.duration->observe(seconds);
  s.sli->observe(seconds);
  s.sizes->observe(static_cast<double>(bytes));
}

void RequestMetrics::long_running(const RequestLabels& l, int change) {
  if (!registry_) return;
  auto& s = *series(l);
  auto* gauge = s.long_running.load(std::memory_order_relaxed);
  if (!gauge) {
    gauge = &registry_->gauge("apiserver_longrunning_requests", "Open watches and streams.", s.labels);
    s.long_running.store(gauge, std::memory_order_relaxed);
  }
  gauge->add(change);
}

void RequestMetrics::in_flight(const InFlight& now) {
  if (!registry_) return;
  reading_->set(now.reading());
  mutating_->set(now.mutating());
}

void RequestMetrics::terminated(const RequestLabels& l, int code) {
  if (!registry_) return;
  Labels labels = request_labels(l);
  labels["code"] = std::to_string(code);
  registry_
      ->counter("apiserver_request_terminations_total", "Requests refused to protect the server.", labels)
      .add();
}

void RequestMetrics::watch_events(const api::ResourceInfo& info, std::size_t count, std::size_t bytes) {
  if (!registry_ || count == 0) return;
  auto& of = resource(&info);
  auto* watched = of.watched.load(std::memory_order_acquire);
  if (!watched) {
    std::lock_guard lock(mutex_);
    if (!of.watched_owner) {
      Labels labels = resource_labels(&info);
      labels.erase("subresource");
      of.watched_owner = std::make_unique<Watched>();
      of.watched_owner->events =
          &registry_->counter("apiserver_watch_events_total", "Events sent to watchers.", labels);
      of.watched_owner->sizes = &registry_->histogram(
          "apiserver_watch_events_sizes", "Bytes of the events sent, averaged over what went out together.",
          event_size_buckets(), labels);
      of.watched.store(of.watched_owner.get(), std::memory_order_release);
    }
    watched = of.watched.load(std::memory_order_relaxed);
  }
  watched->events->add(static_cast<double>(count));
  watched->sizes->observe(static_cast<double>(bytes) / static_cast<double>(count));
}

}  // namespace apiserver::request
