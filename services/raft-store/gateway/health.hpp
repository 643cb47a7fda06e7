#pragma once
#include <atomic>
#include "raft-store/gateway/core.hpp"

namespace raft_store::gateway {

/// GET /health as etcd answers it ({"health":"true"}), and /livez and /readyz with named checks, ?verbose and
/// ?exclude, as etcd 3.6 and Kubernetes do.
///
/// /livez says whether this member can read its data; /readyz also whether it can serve linearizable reads,
/// which needs a majority.
class Health {
 public:
  Health(Core& core, base::metrics::Registry& metrics);
  static bool is_health_path(std::string_view path) noexcept;
  base::Awaitable<http::Response> answer(const http::Request& request);
  void drain() { draining_ = true; }  ///< Not ready from now on.

 private:
  struct Check {
    const char* name;
    base::Awaitable<base::Result<void>> (Health::*run)();
  };
  static const std::vector<Check>& checks_of(std::string_view root);
  base::Awaitable<http::Response> answer_health(const http::Query& query);
  base::Awaitable<std::string> problem(const http::Query& query);
  base::Awaitable<http::Response> answer_checks(std::string_view root, std::string_view single,
                                                const http::Query& query);
  http::Response counted(http::Response response);

  void note(std::string_view root, const char* check, bool passed);

  base::Awaitable<base::Result<void>> not_draining();
  base::Awaitable<base::Result<void>> non_learner();
  base::Awaitable<base::Result<void>> data_corruption();
  base::Awaitable<base::Result<void>> serializable_read();
  base::Awaitable<base::Result<void>> linearizable_read();

  Core& core_;
  base::metrics::Registry& registry_;
  base::metrics::Counter& successes_;
  base::metrics::Counter& failures_;
  std::atomic<bool> draining_ = false;
};

}  // namespace raft_store::gateway
