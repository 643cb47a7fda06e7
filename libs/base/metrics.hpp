#pragma once
#include <initializer_list>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

/// Metrics of one process, in Prometheus' data model (prometheus-cpp behind it).
/// A handle is looked up once and kept; using it is one relaxed atomic operation. Thread-safe.
namespace base::metrics {

using Labels = std::map<std::string, std::string>;

class Counter {
 public:
  virtual ~Counter() = default;
  virtual void add(double n = 1) noexcept = 0;
};
class Gauge {
 public:
  virtual ~Gauge() = default;
  virtual void set(double v) noexcept = 0;
  virtual void add(double n) noexcept = 0;
};
class Histogram {
 public:
  virtual ~Histogram() = default;
  virtual void observe(double v) noexcept = 0;
};

/// One registry a process (or a test). Handles live as long as the registry.
/// Asking twice for the same name and labels gives the same handle.
class Registry {
 public:
  Registry();
  ~Registry();
  Counter& counter(const std::string& name, const std::string& help, const Labels& labels = {});
  Gauge& gauge(const std::string& name, const std::string& help, const Labels& labels = {});
  /// `buckets`: upper bounds, ascending, without +Inf. The first call for a name fixes them.
  Histogram& histogram(const std::string& name, const std::string& help, const std::vector<double>& buckets,
                       const Labels& labels = {});
  /// The text exposition format (version 0.0.4), process_* metrics included.
  std::string expose() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace base::metrics
