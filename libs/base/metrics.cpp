#include "base/metrics.hpp"
#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>
#include <deque>
#include <mutex>
#include <sstream>
#include "base/process_metrics.hpp"

namespace base::metrics {
namespace {

class PromCounter final : public Counter {
 public:
  explicit PromCounter(prometheus::Counter& c) : counter_(c) {}
  void add(double n) noexcept override { counter_.Increment(n); }

 private:
  prometheus::Counter& counter_;
};

class PromGauge final : public Gauge {
 public:
  explicit PromGauge(prometheus::Gauge& g) : gauge_(g) {}
  void set(double v) noexcept override { gauge_.Set(v); }
  void add(double n) noexcept override { gauge_.Increment(n); }

 private:
  prometheus::Gauge& gauge_;
};

class PromHistogram final : public Histogram {
 public:
  explicit PromHistogram(prometheus::Histogram& h) : histogram_(h) {}
  void observe(double v) noexcept override { histogram_.Observe(v); }

 private:
  prometheus::Histogram& histogram_;
};

}  // namespace

struct Registry::Impl {
  std::mutex mutex;
  prometheus::Registry registry{prometheus::Registry::InsertBehavior::Merge};
  // The wrappers, by the metric they wrap: prometheus-cpp gives the same metric for the same name and labels.
  std::map<prometheus::Counter*, PromCounter> counters;
  std::map<prometheus::Gauge*, PromGauge> gauges;
  std::map<prometheus::Histogram*, PromHistogram> histograms;
  std::map<std::string, std::vector<double>> buckets;
};

Registry::Registry() : impl_(std::make_unique<Impl>()) {}
Registry::~Registry() = default;

Counter& Registry::counter(const std::string& name, const std::string& help, const Labels& labels) {
  std::lock_guard lock(impl_->mutex);
  auto& metric = prometheus::BuildCounter().Name(name).Help(help).Register(impl_->registry).Add(labels);
  return impl_->counters.try_emplace(&metric, metric).first->second;
}

Gauge& Registry::gauge(const std::string& name, const std::string& help, const Labels& labels) {
  std::lock_guard lock(impl_->mutex);
  auto& metric = prometheus::BuildGauge().Name(name).Help(help).Register(impl_->registry).Add(labels);
  return impl_->gauges.try_emplace(&metric, metric).first->second;
}

Histogram& Registry::histogram(const std::string& name, const std::string& help,
                               const std::vector<double>& buckets, const Labels& labels) {
  std::lock_guard lock(impl_->mutex);
  const auto& fixed = impl_->buckets.try_emplace(name, buckets).first->second;
  auto& metric =
      prometheus::BuildHistogram().Name(name).Help(help).Register(impl_->registry).Add(labels, fixed);
  return impl_->histograms.try_emplace(&metric, metric).first->second;
}

std::string Registry::expose() const {
  std::ostringstream out;
  prometheus::TextSerializer().Serialize(out, impl_->registry.Collect());
  return out.str() + process_metrics();
}

}  // namespace base::metrics
