#include "node-agent/volumes/subpath.hpp"
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cerrno>
#include <climits>
#include <deque>
#include <string_view>
#include <utility>
#include <vector>
#include "node-agent/volumes/files.hpp"

namespace node_agent::volumes {

using base::Errc;
using base::Error;
using base::Result;

namespace {

constexpr int links_max = 40;  // As many as the kernel follows.

void push_front(std::deque<std::string>& parts, std::string_view path) {
  std::vector<std::string> more;
  while (!path.empty()) {
    const auto slash = path.find('/');
    const auto part = path.substr(0, slash);
    if (!part.empty() && part != ".") more.emplace_back(part);
    path.remove_prefix(slash == std::string_view::npos ? path.size() : slash + 1);
  }
  parts.insert(parts.begin(), more.begin(), more.end());
}

/// Walks down from a volume's root, every directory on the way held open.
class Walk {
 public:
  Walk(Place root, bool create) : create_(create) {
    struct stat st {};
    if (::fstat(root.fd(), &st) == 0) mode_ = st.st_mode & 0777U;
    way_.push_back(std::move(root));
  }

  Result<Place> to(std::string_view subpath) {
    push_front(parts_, subpath);
    while (!parts_.empty()) {
      const std::string part = std::move(parts_.front());
      parts_.pop_front();
      auto done = part == ".." ? up() : down(part);
      if (!done) return done.error();
    }
    return std::move(way_.back());
  }

 private:
  static Error leads_out() { return Error(Errc::invalid_argument, "subpath leads out of the volume"); }

  Result<void> up() {
    if (way_.size() == 1) return leads_out();
    way_.pop_back();
    return {};
  }
  Result<void> down(const std::string& part) {
    const int here = way_.back().fd();
    const std::string path = way_.back().path() + "/" + part;
    int fd = ::openat(here, part.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0 && errno == ENOENT && create_) {
      auto made = make(here, part, path);
      if (!made) return made;
      fd = ::openat(here, part.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC);
    }
    if (fd < 0) return system_error("open " + path);
    Place place(fd, path);
    struct stat st {};
    if (::fstat(fd, &st) != 0) return system_error("stat " + path);
    if (S_ISLNK(st.st_mode)) return follow(place);
    way_.push_back(std::move(place));
    return {};
  }
  Result<void> make(int here, const std::string& part, const std::string& path) {
    if (::mkdirat(here, part.c_str(), mode_) != 0)
      return errno == EEXIST ? Result<void>() : system_error("mkdir " + path);
    // By descriptor: something else may stand in its place by now.
    const Place made(::openat(here, part.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC), path);
    if (made.fd() >= 0) ::fchmod(made.fd(), mode_);
    return {};
  }
  Result<void> follow(const Place& link) {
    if (++links_ > links_max) return Error(Errc::invalid_argument, "too many links in " + link.path());
    char target[PATH_MAX];
    const auto n = ::readlinkat(link.fd(), "", target, sizeof target);
    if (n < 0) return system_error("readlink " + link.path());
    const std::string_view to(target, static_cast<std::size_t>(n));
    if (to.starts_with("/")) return leads_out();
    push_front(parts_, to);
    return {};
  }

  std::vector<Place> way_;  ///< From the root; never empty.
  std::deque<std::string> parts_;
  unsigned mode_ = 0755;
  int links_ = 0;
  bool create_;
};

}  // namespace

Place::Place(Place&& o) noexcept : fd_(std::exchange(o.fd_, -1)), path_(std::move(o.path_)) {}
Place& Place::operator=(Place&& o) noexcept {
  std::swap(fd_, o.fd_);
  std::swap(path_, o.path_);
  return *this;
}
Place::~Place() {
  if (fd_ >= 0) ::close(fd_);
}
bool Place::is_directory() const noexcept {
  struct stat st {};
  return ::fstat(fd_, &st) == 0 && S_ISDIR(st.st_mode);
}

Result<Place> open_in_volume(const std::string& volume, const std::string& subpath, bool create) {
  const int fd = ::open(volume.c_str(), O_PATH | O_CLOEXEC);
  if (fd < 0) return system_error("open " + volume);
  return Walk(Place(fd, volume), create).to(subpath);
}

}  // namespace node_agent::volumes
