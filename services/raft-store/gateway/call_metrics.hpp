#pragma once
#include <array>
#include <chrono>
#include "base/metrics.hpp"

namespace raft_store::gateway {

/// One gRPC method's numbers, by the names its dashboards know (shared/reference/metrics.md). Thread-safe.
class CallMetrics {
 public:
  CallMetrics(base::metrics::Registry& registry, const char* type, const char* service, const char* method);

  void received(std::size_t bytes) { received_.add(static_cast<double>(bytes)); }
  void sent(std::size_t bytes) { sent_.add(static_cast<double>(bytes)); }

  /// A call under way; counted as cancelled if it ends without `finish`.
  class Call {
   public:
    explicit Call(CallMetrics& metrics);
    ~Call();
    Call(const Call&) = delete;
    Call& operator=(const Call&) = delete;
    void finish(int grpc_code) { code_ = grpc_code; }

   private:
    CallMetrics& metrics_;
    std::chrono::steady_clock::time_point begun_;
    int code_ = 1;
  };

 private:
  base::metrics::Counter& started_;
  base::metrics::Counter& received_;
  base::metrics::Counter& sent_;
  base::metrics::Histogram& seconds_;
  base::metrics::Counter& requests_;
  base::metrics::Histogram* done_seconds_[2] = {};   ///< Refused, done. Null of a stream.
  std::array<base::metrics::Counter*, 17> handled_;  ///< By gRPC code.
};

}  // namespace raft_store::gateway
