#include "node-agent/runtime/shim/covers.hpp"
#include <dirent.h>
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>
#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstdlib>
#include <sstream>
#include "node-agent/runtime/shim/records.hpp"

namespace node_agent::shim {

namespace {
constexpr std::size_t covered_entries_max = 4096;
}

std::string by_fd(int fd) {
  return "/proc/self/fd/" + std::to_string(fd);
}

int open_path(const std::string& path) {
  return ::open(path.c_str(), O_PATH | O_CLOEXEC);
}

bool bind_mount(const std::string& from, const std::string& to) {
  return ::mount(from.c_str(), to.c_str(), nullptr, MS_BIND | MS_REC, nullptr) == 0;
}

bool is_below(const std::string& path, const std::string& directory) {
  if (directory == "/") return true;
  return path == directory || path.starts_with(directory + "/");
}

std::string join_path(const std::string& directory, const std::string& name) {
  return directory == "/" ? "/" + name : directory + "/" + name;
}

bool is_directory(const std::string& path) {
  struct stat there {};
  return ::stat(path.c_str(), &there) == 0 && S_ISDIR(there.st_mode);
}

bool make_point(const std::string& base, const std::vector<std::string>& missing, bool directory) {
  std::string path = base;
  for (std::size_t i = 0; i < missing.size(); ++i) {
    path = join_path(path, missing[i]);
    const bool last = i + 1 == missing.size();
    if (!last || directory) {
      if (::mkdir(path.c_str(), 0755) != 0 && errno != EEXIST) return false;
      continue;
    }
    const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
    if (fd < 0) return false;
    ::close(fd);
  }
  return true;
}

std::vector<std::string> mounts_below(const std::string& directory) {
  std::istringstream lines(read_file("/proc/self/mountinfo").value_or(""));
  std::vector<std::string> points;
  std::string line;
  while (std::getline(lines, line)) {
    std::istringstream fields(line);
    std::string skip, point;
    fields >> skip >> skip >> skip >> skip >> point;
    // Octal escapes for blanks and backslashes (proc(5)).
    for (auto at = point.find('\\'); at != point.npos && at + 3 < point.size(); at = point.find('\\', at + 1))
      point.replace(at, 4, 1, static_cast<char>(std::strtol(point.substr(at + 1, 3).c_str(), nullptr, 8)));
    if (point != directory && is_below(point, directory)) points.push_back(point);
  }
  std::sort(points.begin(), points.end());
  std::vector<std::string> out;
  for (const auto& point : points)
    if (out.empty() || !is_below(point, out.back())) out.push_back(point);
  return out;
}

bool cover_with_overlay(const std::string& directory, int fd, const std::string& upper_side) {
  const std::string upper = upper_side + ".upper", work = upper_side + ".work";
  struct stat there {};
  if (::fstat(fd, &there) != 0 || ::mkdir(upper.c_str(), 0755) != 0 || ::mkdir(work.c_str(), 0755) != 0)
    return false;
  // The merged directory shows the owner and mode of its upper side.
  if (::chown(upper.c_str(), there.st_uid, there.st_gid) != 0 && errno != EINVAL && errno != EPERM)
    return false;
  ::chmod(upper.c_str(), there.st_mode & 07777);
  const std::string options = "lowerdir=" + by_fd(fd) + ",upperdir=" + upper + ",workdir=" + work;
  return ::mount("overlay", directory.c_str(), "overlay", 0, options.c_str()) == 0;
}

bool cover_with_tmpfs(int fd, const std::string& over) {
  DIR* entries = ::opendir(by_fd(fd).c_str());
  if (!entries) return false;
  if (::mount("tmpfs", over.c_str(), "tmpfs", 0, scratch_options) != 0) {
    ::closedir(entries);
    return false;
  }
  std::size_t count = 0;
  while (const dirent* entry = ::readdir(entries)) {
    const std::string name = entry->d_name;
    if (name == "." || name == ".." || ++count > covered_entries_max) continue;
    const std::string from = by_fd(fd) + "/" + name, to = join_path(over, name);
    struct stat there {};
    if (::lstat(from.c_str(), &there) != 0) continue;
    if (S_ISLNK(there.st_mode)) {
      char link[PATH_MAX];
      const auto n = ::readlink(from.c_str(), link, sizeof link - 1);
      if (n > 0 && ::symlink(std::string(link, static_cast<std::size_t>(n)).c_str(), to.c_str()) != 0)
        continue;
    } else if (make_point(over, {name}, S_ISDIR(there.st_mode))) {
      bind_mount(from, to);
    }
  }
  ::closedir(entries);
  return true;
}

}  // namespace node_agent::shim
