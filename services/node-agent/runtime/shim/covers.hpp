#pragma once
#include <string>
#include <vector>

/// Making room for mount points where the machine's own directories must not be touched.
namespace node_agent::shim {

/// How a tmpfs of ours is mounted.
inline constexpr const char* scratch_options = "mode=755,size=64m";

/// A path to what an open descriptor refers to, whatever has been mounted over it since.
std::string by_fd(int fd);
int open_path(const std::string& path);  ///< O_PATH; -1 with errno.
bool bind_mount(const std::string& from, const std::string& to);
bool is_below(const std::string& path, const std::string& directory);  ///< Or it itself.
std::string join_path(const std::string& directory, const std::string& name);
bool is_directory(const std::string& path);

/// The directories `missing` below `base`, the last one a directory or an empty file. False, with errno.
bool make_point(const std::string& base, const std::vector<std::string>& missing, bool directory);
/// Where mounts are below `directory`, the outermost ones.
std::vector<std::string> mounts_below(const std::string& directory);
/// An overlay over `directory`, which `fd` has open; its upper side is made at `upper` with endings of its
/// own, on a tmpfs. False, with errno: the kernel does not do that here.
bool cover_with_overlay(const std::string& directory, int fd, const std::string& upper);
/// A tmpfs over `over` in which every entry of the directory `fd` is bound, or linked as it was. False, with
/// errno.
bool cover_with_tmpfs(int fd, const std::string& over);

}  // namespace node_agent::shim
