#pragma once
#include <cstdint>
#include <string>
#include <string_view>

/// What the machine is and has.
namespace node_agent::node {

/// What does not change while the process runs.
struct Machine {
  int cpus = 1;
  std::int64_t memory_bytes = 0;
  std::string machine_id, boot_id, system_uuid, kernel_version, os_image;
  std::string architecture;  ///< Go's name: "amd64", "arm64".
};

/// What does.
struct Pressure {
  std::int64_t memory_available_bytes = 0;
  std::int64_t disk_bytes = 0, disk_available_bytes = 0;  ///< Of the file system of the root directory.
  std::int64_t pids_max = 0, pids = 0;
};

/// Reads /proc, /sys and /etc below `root` ("" for the machine's own). What cannot be read stays empty.
/// Blocking.
Machine read_machine(const std::string& root = {});
/// Blocking. `directory` is where pods are kept.
Pressure read_pressure(const std::string& directory, const std::string& root = {});

/// A field of /proc/meminfo in bytes; 0 if absent. Pure.
std::int64_t meminfo_bytes(std::string_view text, std::string_view field);
/// PRETTY_NAME of an os-release file. Pure.
std::string pretty_name(std::string_view os_release);

}  // namespace node_agent::node
