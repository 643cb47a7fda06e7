#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>
#include "base/error.hpp"

/// What this process mounts itself: file systems in memory, and single files and directories of volumes.
/// Where that is not permitted (`permission_denied`), callers do without. Blocking.
namespace node_agent::volumes {

/// A file system in memory at `path`; there already: nothing happens. `size_bytes` 0: the system's limit
/// (half of the memory).
base::Result<void> mount_tmpfs(const std::string& path, std::int64_t size_bytes);
/// Takes away what is mounted at `target` itself, if anything is.
void unmount_at(const std::string& target);
/// Puts what `fd` is (opened with O_PATH or otherwise) at `target`, which is of the same kind.
base::Result<void> bind_mount(int fd, const std::string& target);
/// Mount points at and below `path`, the deepest first.
std::vector<std::string> mounts_below(const std::string& path);
/// The same out of a text as /proc/self/mountinfo has it. Pure.
std::vector<std::string> parse_mounts_below(std::string_view mountinfo, const std::string& path);
/// Unmounts everything at and below `path`. Error: internal if something stays mounted.
base::Result<void> unmount_below(const std::string& path);

}  // namespace node_agent::volumes
