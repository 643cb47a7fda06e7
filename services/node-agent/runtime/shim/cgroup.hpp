#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace node_agent::shim {

struct CgroupLimits {
  std::int64_t memory_bytes = 0;                           ///< 0: none.
  std::int64_t cpu_shares = 0;                             ///< 0: the kernel's default.
  std::int64_t cpu_quota_us = 0, cpu_period_us = 100'000;  ///< Quota 0: none.
};

struct CgroupUsage {
  std::uint64_t cpu_ns = 0, memory_working_set_bytes = 0;
};

/// The control groups of one container: a directory a controller (version 1) or a single one (version 2).
/// Each is told as "CONTROLLER:PATH", version 2's as "unified:PATH".
class Cgroup {
 public:
  explicit Cgroup(const std::vector<std::string>& directories);

  bool empty() const noexcept { return places_.empty(); }
  /// Makes the directories and sets the limits. Empty: done; otherwise what could not be set, and the rest
  /// is.
  std::string create(const CgroupLimits& limits) const;
  /// Moves the calling process in.
  void enter() const;
  /// SIGKILL to everything in it, until nothing is left or two seconds are over. True: empty.
  bool kill_all() const;
  /// How often the kernel killed in it for lack of memory.
  std::int64_t oom_kills() const;
  std::optional<CgroupUsage> usage() const;
  void remove() const;

 private:
  struct Place {
    std::string controller, path;
  };
  const Place* find(const std::string& controller) const;
  bool set(const std::string& controller, const std::string& file, const std::string& value,
           std::string& trouble) const;
  std::vector<Place> places_;
};

/// The directories a container of that name would have below `parent` ("coxswain") on this machine, as
/// `Cgroup` takes them: what exists and can be written. Empty: control groups cannot be used here.
std::vector<std::string> usable_cgroups(const std::string& parent, const std::string& name);

}  // namespace node_agent::shim
