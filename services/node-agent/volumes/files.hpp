#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include "base/error.hpp"

/// The few things that are done to files here, with errors in the system's words. Blocking.
namespace node_agent::volumes {

/// What errno says: "what: No such file or directory". not_found for a missing file, permission_denied when
/// it is not permitted, else internal.
base::Error system_error(const std::string& what);

/// Makes `path` and what is missing above it; what was there keeps its mode.
base::Result<void> make_directories(const std::string& path, unsigned mode);
/// A new file with exactly that mode, whatever the umask; `user` -1: ours. Error also when it exists.
base::Result<void> create_file(const std::string& path, std::string_view data, unsigned mode,
                               std::int64_t user = -1);
/// Replaces the content of `path`, in place: mounts of it stay mounts of it.
base::Result<void> overwrite_file(const std::string& path, std::string_view data, unsigned mode);
/// At most the last `bytes_max` bytes.
base::Result<std::string> read_end(const std::string& path, std::size_t bytes_max);
/// Everything below and at `path`; links are removed, not followed. Not there: done.
base::Result<void> remove_tree(const std::string& path);

}  // namespace node_agent::volumes
