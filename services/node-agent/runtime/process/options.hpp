#pragma once
#include <cstdint>
#include <string>

namespace node_agent::runtime {

struct ProcessRuntimeOptions {
  std::string root_dir;  ///< Of this runtime alone; made when it is not there.
  /// The supervisor's executable; empty: "process-shim" beside our own.
  std::string shim;
  enum class Network {
    automatic,  ///< What is known to work everywhere: loopback.
    loopback,   ///< An address out of 127.64.0.0/10 a pod, unique on the machine; the process has to bind it.
    netns,      ///< A network namespace a pod, with a veth to the host and an address out of `pod_cidr`.
  } network = Network::automatic;
  std::string pod_cidr = "10.244.0.0/24";  ///< For netns; each agent of a machine has its own.
  std::int64_t log_bytes_max = 10 << 20;   ///< As kubelet's containerLogMaxSize.
  std::int64_t log_files_max = 5;          ///< As kubelet's containerLogMaxFiles; at least 2.
  /// "auto": what the kernel permits. "full", "user", "none" force it (see shim::Isolation).
  std::string isolation = "auto";
  /// Of the control groups of containers whose sandbox names no parent.
  std::string cgroup_parent = "coxswain";
};

}  // namespace node_agent::runtime
