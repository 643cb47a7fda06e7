#pragma once
#include <string>
#include "base/error.hpp"

namespace node_agent::volumes {

/// An open place in a volume.
class Place {
 public:
  Place(int fd, std::string path) : fd_(fd), path_(std::move(path)) {}
  Place(Place&& o) noexcept;
  Place& operator=(Place&& o) noexcept;
  ~Place();
  int fd() const noexcept { return fd_; }                     ///< O_PATH.
  const std::string& path() const noexcept { return path_; }  ///< Without links.
  bool is_directory() const noexcept;

 private:
  int fd_;
  std::string path_;
};

/// What `subpath` (relative, without "..") names in the volume at `volume`. Links are followed only as long
/// as they stay within the volume, step by step from open directories, so that no container can lead the way
/// out while it is looked for. `create`: a missing directory is made, with the mode of the volume's. Errors:
/// invalid_argument when it leads out of the volume; not_found; the system's. Blocking.
base::Result<Place> open_in_volume(const std::string& volume, const std::string& subpath, bool create);

}  // namespace node_agent::volumes
