#pragma once
#include <string>

/// Where logs lie, as the kubelet lays them: <root>/logs/pods/NS_NAME_UID/CONTAINER/N.log, N the restart
/// count.
namespace node_agent::host {

std::string pods_log_directory(const std::string& root);
std::string pod_log_directory(const std::string& root, const std::string& ns, const std::string& name,
                              const std::string& uid);
/// Relative to the pod's directory: "web/0.log".
std::string container_log_path(const std::string& container, int restart_count);

}  // namespace node_agent::host
