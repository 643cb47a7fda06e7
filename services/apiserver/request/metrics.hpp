#pragma once
#include <array>
#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <string>
#include <vector>
#include "api/resource.hpp"
#include "apiserver/request/in_flight.hpp"
#include "apiserver/request/info.hpp"
#include "base/metrics.hpp"

namespace apiserver::request {

/// What the metrics tell requests apart by.
struct RequestLabels {
  const api::ResourceInfo* resource = nullptr;  ///< The (sub)resource's entry; null for other paths.
  std::string verb;                             ///< "GET", "LIST", "WATCH", "CONNECT", ...
  std::string scope;                            ///< "resource", "namespace", "cluster", ""
  bool dry_run = false;
  /// Source: upstream's CleanVerb and CleanScope.
  static RequestLabels of(const RequestInfo& info, std::string_view method, const api::ResourceInfo* body);
};

/// apiserver_request_total and its kin, with upstream's names, labels and buckets. Thread-safe; after the
/// first request of a kind no lock is taken and no label looked up.
class RequestMetrics {
 public:
  /// `registry` null: nothing is kept. It must outlive this object.
  explicit RequestMetrics(base::metrics::Registry* registry);
  ~RequestMetrics();

  void finished(const RequestLabels& labels, int code, std::chrono::nanoseconds took, std::size_t bytes);
  void long_running(const RequestLabels& labels, int change);
  void in_flight(const InFlight& now);
  void watch_events(const api::ResourceInfo& resource, std::size_t count, std::size_t bytes);
  /// A request was refused to protect the server.
  void terminated(const RequestLabels& labels, int code);

 private:
  struct Series;
  struct Watched;
  struct Resource;
  Series* series(const RequestLabels& labels);
  Resource& resource(const api::ResourceInfo* info);

  base::metrics::Registry* const registry_;
  std::mutex mutex_;                                  ///< Held while a series is made.
  std::vector<std::unique_ptr<Resource>> resources_;  ///< By place in api::builtin_resources; last: none.
  base::metrics::Gauge* reading_ = nullptr;
  base::metrics::Gauge* mutating_ = nullptr;
};

}  // namespace apiserver::request
