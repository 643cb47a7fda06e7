#include "node-agent/runtime/shim/mounts.hpp"
#include <dirent.h>
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <functional>
#include <sstream>
#include "node-agent/runtime/shim/records.hpp"

namespace node_agent::shim {

namespace {

constexpr std::size_t covered_entries_max = 4096;
constexpr const char* scratch_options = "mode=755,size=64m";

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

std::string join(const std::string& directory, const std::string& name) {
  return directory == "/" ? "/" + name : directory + "/" + name;
}

bool is_directory(const std::string& path) {
  struct stat there {};
  return ::stat(path.c_str(), &there) == 0 && S_ISDIR(there.st_mode);
}

/// The directories of `path` below `base`, and at its end a directory or an empty file.
bool make_point(const std::string& base, const std::vector<std::string>& missing, bool directory) {
  std::string path = base;
  for (std::size_t i = 0; i < missing.size(); ++i) {
    path = join(path, missing[i]);
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

/// Where mounts are below `directory`, the outermost ones.
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

class Placer {
 public:
  explicit Placer(std::string scratch) : scratch_(std::move(scratch)) {}

  std::string run(std::vector<MountSpec> mounts);

 private:
  /// A directory, and whether what is made in it stays ours. `writable`: another path to the same place,
  /// where it can be written although it is read-only here.
  struct Place {
    std::string path;
    bool ours = false;
    std::string writable;
  };
  struct Target {
    std::string base;                  ///< The longest part that exists, links resolved.
    std::vector<std::string> missing;  ///< What follows.
    std::string trouble;
  };

  std::string prepare();
  static Target resolve(const std::string& path);
  const Place& place_of(const std::string& path) const;
  std::string put(const MountSpec& mount, int source);
  std::string make_read_only(const std::string& path);
  bool cover(const std::string& directory);
  bool cover_with_overlay(const std::string& directory, int fd);
  bool cover_with_tmpfs(int fd, const std::string& over);
  std::string replace_root();
  void leave_old_root();

  std::string scratch_;
  int covers_fd_ = -1, covers_ = 0;
  bool root_replaced_ = false;
  std::vector<Place> places_{{"/", false, ""}};
};

std::string failed(const MountSpec& mount, const std::string& why) {
  return "error mounting \"" + mount.source + "\" to rootfs at \"" + mount.target + "\": " + why;
}

std::string Placer::run(std::vector<MountSpec> mounts) {
  if (auto trouble = prepare(); !trouble.empty()) return trouble;
  const auto depth = [](const MountSpec& m) { return std::count(m.target.begin(), m.target.end(), '/'); };
  std::stable_sort(mounts.begin(), mounts.end(),
                   [&](const auto& a, const auto& b) { return depth(a) < depth(b); });
  // Before anything is covered: a source may lie below a target.
  std::vector<int> sources;
  bool in_root = false;
  for (const auto& m : mounts) {
    sources.push_back(open_path(m.source));
    if (sources.back() < 0) return failed(m, std::strerror(errno));
    const auto target = resolve(m.target);
    if (!target.trouble.empty()) return failed(m, target.trouble);
    in_root = in_root || (target.base == "/" && !target.missing.empty());
  }
  if (in_root)
    if (auto trouble = replace_root(); !trouble.empty()) return trouble;
  for (std::size_t i = 0; i < mounts.size(); ++i)
    if (auto trouble = put(mounts[i], sources[i]); !trouble.empty()) return failed(mounts[i], trouble);
  for (const int fd : sources)
    ::close(fd);
  if (root_replaced_)
    leave_old_root();
  else
    ::umount2(scratch_.c_str(), MNT_DETACH);
  ::close(covers_fd_);
  return {};
}

std::string Placer::prepare() {
  // What the machine mounts and unmounts later arrives here, and nothing goes the other way.
  if (::mount(nullptr, "/", nullptr, MS_REC | MS_SLAVE, nullptr) != 0)
    return std::string("making the mounts private: ") + std::strerror(errno);
  if (::mount("tmpfs", scratch_.c_str(), "tmpfs", 0, scratch_options) != 0)
    return "mounting a tmpfs on " + scratch_ + ": " + std::strerror(errno);
  // Unbindable: binding a directory above it does not copy it into itself.
  ::mount(nullptr, scratch_.c_str(), nullptr, MS_UNBINDABLE, nullptr);
  // The upper sides of overlays must not be unbindable themselves.
  const std::string covers = scratch_ + "/covers";
  if (::mkdir(covers.c_str(), 0755) != 0 ||
      ::mount("tmpfs", covers.c_str(), "tmpfs", 0, scratch_options) != 0)
    return "mounting a tmpfs on " + covers + ": " + std::strerror(errno);
  covers_fd_ = open_path(covers);
  return {};
}

Placer::Target Placer::resolve(const std::string& path) {
  Target out{"/", {}, {}};
  for (const auto& part : std::filesystem::path(path).lexically_normal()) {
    const std::string name = part.string();
    if (name.empty() || name == "/") continue;
    if (name == "..") return {"/", {}, "the path leaves the root"};
    if (!out.missing.empty()) {
      out.missing.push_back(name);
      continue;
    }
    char real[PATH_MAX];
    const std::string next = join(out.base, name);
    struct stat there {};
    if (::realpath(next.c_str(), real))
      out.base = real;
    else if (errno == ENOENT && ::lstat(next.c_str(), &there) != 0)
      out.missing.push_back(name);
    else
      return {"/", {}, next + ": " + std::strerror(errno)};
  }
  if (!out.missing.empty() && !is_directory(out.base)) out.trouble = out.base + ": not a directory";
  return out;
}

const Placer::Place& Placer::place_of(const std::string& path) const {
  const Place* best = &places_.front();
  for (const auto& p : places_)
    if (is_below(path, p.path) && p.path.size() >= best->path.size()) best = &p;
  return *best;
}

std::string Placer::put(const MountSpec& mount, int source) {
  const auto target = resolve(mount.target);
  if (!target.trouble.empty()) return target.trouble;
  const bool directory = is_directory(by_fd(source));
  std::string point = target.base;
  if (target.missing.empty()) {
    if (is_directory(point) != directory)
      return "not a directory: one of them is a file (are you trying to mount a directory onto a file?)";
  } else {
    if (!place_of(target.base).ours && !cover(target.base))
      return "covering " + target.base + ": " + std::strerror(errno);
    const auto& place = place_of(target.base);
    std::string base = target.base;
    if (!place.writable.empty()) base = place.writable + target.base.substr(place.path.size());
    if (!make_point(base, target.missing, directory))
      return std::string("making the mount point: ") + std::strerror(errno);
    for (const auto& name : target.missing)
      point = join(point, name);
  }
  if (!bind_mount(by_fd(source), point)) return std::strerror(errno);
  // Kept open: what is to be mounted within it is made through it.
  places_.push_back({point, true, by_fd(::fcntl(source, F_DUPFD_CLOEXEC, 3))});
  return mount.readonly ? make_read_only(point) : std::string();
}

std::string Placer::make_read_only(const std::string& path) {
  struct statvfs there {};
  unsigned long flags = MS_BIND | MS_REMOUNT | MS_RDONLY;
  // In a user namespace the flags a mount came with are locked and have to be told again.
  if (::statvfs(path.c_str(), &there) == 0) {
    if (there.f_flag & ST_NOSUID) flags |= MS_NOSUID;
    if (there.f_flag & ST_NODEV) flags |= MS_NODEV;
    if (there.f_flag & ST_NOEXEC) flags |= MS_NOEXEC;
    if (there.f_flag & ST_NOATIME) flags |= MS_NOATIME;
    if (there.f_flag & ST_NODIRATIME) flags |= MS_NODIRATIME;
    if (there.f_flag & ST_RELATIME) flags |= MS_RELATIME;
  }
  if (::mount(nullptr, path.c_str(), nullptr, flags, nullptr) == 0) return {};
  return std::string("making it read-only: ") + std::strerror(errno);
}

bool Placer::cover(const std::string& directory) {
  const int fd = open_path(directory);
  if (fd < 0) return false;
  const auto points = mounts_below(directory);
  std::vector<std::pair<std::string, int>> within;
  for (const auto& point : points)
    within.emplace_back(point, open_path(point));
  bool covered = cover_with_overlay(directory, fd);
  if (covered) {
    // What was mounted below is seen again.
    for (const auto& [point, mounted] : within)
      if (mounted >= 0) bind_mount(by_fd(mounted), point);
  } else {
    covered = cover_with_tmpfs(fd, directory);
  }
  const int error = errno;
  for (const auto& [point, mounted] : within) {
    if (mounted >= 0) ::close(mounted);
    const bool known =
        std::any_of(places_.begin(), places_.end(), [&](const auto& p) { return p.path == point; });
    if (!known) places_.push_back({point, false, ""});
  }
  if (covered) places_.push_back({directory, true, ""});
  ::close(fd);
  errno = error;
  return covered;
}

bool Placer::cover_with_overlay(const std::string& directory, int fd) {
  const std::string mine = by_fd(covers_fd_) + "/" + std::to_string(covers_++);
  const std::string upper = mine + ".upper", work = mine + ".work";
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

bool Placer::cover_with_tmpfs(int fd, const std::string& over) {
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
    const std::string from = by_fd(fd) + "/" + name, to = join(over, name);
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

std::string Placer::replace_root() {
  const std::string fresh = scratch_ + "/root", old = fresh + "/.old-root";
  if (::mkdir(fresh.c_str(), 0755) != 0) return "making " + fresh + ": " + std::strerror(errno);
  const int fd = open_path("/");
  const bool covered = fd >= 0 && cover_with_tmpfs(fd, fresh);
  if (fd >= 0) ::close(fd);
  if (!covered) return std::string("covering /: ") + std::strerror(errno);
  if (::mkdir(old.c_str(), 0700) != 0 || ::syscall(SYS_pivot_root, fresh.c_str(), old.c_str()) != 0)
    return std::string("pivot_root: ") + std::strerror(errno);
  if (::chdir("/") != 0) return std::string("chdir: ") + std::strerror(errno);
  root_replaced_ = true;
  places_ = {{"/", true, ""}};
  for (const auto& point : mounts_below("/"))
    places_.push_back({point, false, ""});
  return {};
}

void Placer::leave_old_root() {
  ::umount2("/.old-root", MNT_DETACH);
  ::rmdir("/.old-root");
}

}  // namespace

std::string place_mounts(std::vector<MountSpec> mounts, const std::string& scratch) {
  return Placer(scratch).run(std::move(mounts));
}

}  // namespace node_agent::shim
