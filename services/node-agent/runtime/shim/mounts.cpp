#include "node-agent/runtime/shim/mounts.hpp"
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
#include "node-agent/runtime/shim/covers.hpp"

namespace node_agent::shim {

namespace {

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
    const std::string next = join_path(out.base, name);
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
      point = join_path(point, name);
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
  bool covered = cover_with_overlay(directory, fd, by_fd(covers_fd_) + "/" + std::to_string(covers_++));
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
