#include "node-agent/host/log_paths.hpp"

namespace node_agent::host {

std::string pods_log_directory(const std::string& root) {
  return root + "/logs/pods";
}

std::string pod_log_directory(const std::string& root, const std::string& ns, const std::string& name,
                              const std::string& uid) {
  return pods_log_directory(root) + "/" + ns + "_" + name + "_" + uid;
}

std::string container_log_path(const std::string& container, int restart_count) {
  return container + "/" + std::to_string(restart_count) + ".log";
}

}  // namespace node_agent::host
