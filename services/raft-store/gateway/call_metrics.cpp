#include "raft-store/gateway/call_metrics.hpp"

namespace raft_store::gateway {
namespace {

using base::metrics::Labels;

constexpr std::array<const char*, 17> kCodes = {
    "OK",       "Canceled",       "Unknown",          "InvalidArgument",   "DeadlineExceeded",
    "NotFound", "AlreadyExists",  "PermissionDenied", "ResourceExhausted", "FailedPrecondition",
    "Aborted",  "OutOfRange",     "Unimplemented",    "Internal",          "Unavailable",
    "DataLoss", "Unauthenticated"};

Labels labels(const char* type, const char* service, const char* method) {
  return {{"grpc_type", type}, {"grpc_service", service}, {"grpc_method", method}};
}

const std::vector<double>& buckets() {
  static const std::vector<double> bounds{.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10};
  return bounds;
}

const std::vector<double>& doubling_from_a_millisecond() {
  static const std::vector<double> bounds = [] {
    std::vector<double> all{0.001};
    while (all.size() < 14)
      all.push_back(2 * all.back());
    return all;
  }();
  return bounds;
}

}  // namespace

CallMetrics::CallMetrics(base::metrics::Registry& registry, const char* type, const char* service,
                         const char* method)
    : started_(registry.counter("grpc_server_started_total", "Calls begun.", labels(type, service, method))),
      received_(registry.counter("etcd_network_client_grpc_received_bytes_total", "Bytes from clients.")),
      sent_(registry.counter("etcd_network_client_grpc_sent_bytes_total", "Bytes to clients.")),
      seconds_(registry.histogram("grpc_server_handling_seconds", "How long calls took.", buckets(),
                                  labels(type, service, method))),
      requests_(registry.counter(
          "etcd_server_client_requests_total", "Requests of clients.",
          {{"type", std::string(type) == "unary" ? "unary" : "stream"}, {"client_api_version", "unknown"}})) {
  for (const bool done : {false, true})
    if (std::string(type) == "unary")
      done_seconds_[done] = &registry.histogram(
          "etcd_server_request_duration_seconds", "How long requests took, by type.",
          doubling_from_a_millisecond(), {{"type", method}, {"success", done ? "true" : "false"}});
  for (std::size_t code = 0; code < kCodes.size(); ++code) {
    Labels with_code = labels(type, service, method);
    with_code["grpc_code"] = kCodes[code];
    handled_[code] = &registry.counter("grpc_server_handled_total", "Calls ended, by code.", with_code);
  }
}

CallMetrics::Call::Call(CallMetrics& metrics) : metrics_(metrics), begun_(std::chrono::steady_clock::now()) {
  metrics_.started_.add();
  metrics_.requests_.add();
}

CallMetrics::Call::~Call() {
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begun_;
  metrics_.seconds_.observe(took.count());
  if (auto* seconds = metrics_.done_seconds_[code_ == 0]) seconds->observe(took.count());
  metrics_.handled_[static_cast<std::size_t>(code_)]->add();
}

}  // namespace raft_store::gateway
