#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <vector>
#include "api/types/core_v1.hpp"

namespace scheduler {

/// Amounts of what nodes have and pods ask for, as plain numbers.
struct Resources {
  std::int64_t milli_cpu = 0;
  std::int64_t memory = 0;             ///< Bytes.
  std::int64_t ephemeral_storage = 0;  ///< Bytes.
  std::map<std::string, std::int64_t, std::less<>>
      scalar;  ///< Extended resources and huge pages, whole units.

  static Resources from(const std::map<std::string, api::Quantity>& list);
  void add(const Resources& o);
  void subtract(const Resources& o);
  void raise_to(const Resources& o);  ///< The larger of both, each.
  friend bool operator==(const Resources&, const Resources&) = default;
};

/// What a pod needs while it runs: its containers and sidecars together, or the largest moment of its init
/// containers; pod-level requests win over the sum; plus overhead. Source: "Resource sharing within
/// containers" and KEP-753, KEP-2837. With `defaults`, containers that ask for no cpu or memory count as 100m
/// and 200 MB (for scoring only).
Resources requests_of(const api::core::v1::Pod& pod, bool defaults = false);

/// A port a pod takes on its node.
struct HostPort {
  std::string ip;        ///< "0.0.0.0" for all.
  std::string protocol;  ///< "TCP", "UDP", "SCTP".
  std::int32_t port = 0;
  /// True if both cannot be on one node.
  bool conflicts(const HostPort& o) const noexcept {
    return port == o.port && protocol == o.protocol && (ip == o.ip || ip == "0.0.0.0" || o.ip == "0.0.0.0");
  }
  friend bool operator==(const HostPort&, const HostPort&) = default;
};
std::vector<HostPort> host_ports_of(const api::core::v1::Pod& pod);

}  // namespace scheduler
