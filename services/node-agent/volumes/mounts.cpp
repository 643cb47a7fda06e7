#include "node-agent/volumes/mounts.hpp"
#include <sys/mount.h>
#include <algorithm>
#include <cerrno>
#include <fstream>
#include <iterator>
#include "node-agent/volumes/files.hpp"

namespace node_agent::volumes {

using base::Errc;
using base::Error;
using base::Result;

namespace {

/// The kernel writes blanks, tabs, newlines and backslashes as \ooo.
std::string unescaped(std::string_view text) {
  const auto is_octal = [](char c) { return c >= '0' && c <= '7'; };
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\' || i + 3 >= text.size() || !is_octal(text[i + 1]) || !is_octal(text[i + 2]) ||
        !is_octal(text[i + 3])) {
      out += text[i];
      continue;
    }
    out += static_cast<char>((text[i + 1] - '0') * 64 + (text[i + 2] - '0') * 8 + (text[i + 3] - '0'));
    i += 3;
  }
  return out;
}

/// The fifth field of a line.
std::string_view mount_point(std::string_view line) {
  for (int skip = 0; skip < 4; ++skip) {
    const auto blank = line.find(' ');
    if (blank == std::string_view::npos) return {};
    line.remove_prefix(blank + 1);
  }
  return line.substr(0, line.find(' '));
}

}  // namespace

Result<void> mount_tmpfs(const std::string& path, std::int64_t size_bytes) {
  const auto known = mounts_below(path);
  if (std::find(known.begin(), known.end(), path) != known.end()) return {};
  const std::string options = size_bytes > 0 ? "size=" + std::to_string(size_bytes) : "";
  if (::mount("tmpfs", path.c_str(), "tmpfs", MS_NODEV | MS_NOSUID, options.c_str()) != 0)
    return system_error("mount tmpfs at " + path);
  return {};
}

void unmount_at(const std::string& target) {
  // Not a mount point: EINVAL, which is as well.
  while (::umount2(target.c_str(), MNT_DETACH | UMOUNT_NOFOLLOW) == 0) {
  }
}

Result<void> bind_mount(int fd, const std::string& target) {
  const std::string source = "/proc/self/fd/" + std::to_string(fd);
  if (::mount(source.c_str(), target.c_str(), nullptr, MS_BIND, nullptr) != 0)
    return system_error("bind " + target);
  return {};
}

std::vector<std::string> parse_mounts_below(std::string_view mountinfo, const std::string& path) {
  std::vector<std::string> out;
  while (!mountinfo.empty()) {
    const auto end = mountinfo.find('\n');
    auto point = unescaped(mount_point(mountinfo.substr(0, end)));
    if (point == path || point.starts_with(path + "/")) out.push_back(std::move(point));
    mountinfo.remove_prefix(end == std::string_view::npos ? mountinfo.size() : end + 1);
  }
  // What was mounted later lies on top.
  std::reverse(out.begin(), out.end());
  std::stable_sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.size() > b.size(); });
  return out;
}

std::vector<std::string> mounts_below(const std::string& path) {
  std::ifstream file("/proc/self/mountinfo");
  const std::string text(std::istreambuf_iterator<char>(file), {});
  return parse_mounts_below(text, path);
}

Result<void> unmount_below(const std::string& path) {
  for (const auto& point : mounts_below(path))
    if (::umount2(point.c_str(), UMOUNT_NOFOLLOW) != 0)
      ::umount2(point.c_str(), MNT_DETACH | UMOUNT_NOFOLLOW);
  const auto left = mounts_below(path);
  if (!left.empty()) return Error(Errc::internal, left.front() + " is still mounted");
  return {};
}

}  // namespace node_agent::volumes
