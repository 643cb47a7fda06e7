#pragma once
#include <sys/stat.h>
#include <unistd.h>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include "node-agent/volumes/mounts.hpp"

namespace node_agent::volumes::testing {

/// A directory for one test, gone with it.
class TempDirectory {
 public:
  TempDirectory() {
    std::string path = (std::filesystem::temp_directory_path() / "cox-volumes-XXXXXX").string();
    path_ = ::mkdtemp(path.data());
  }
  ~TempDirectory() {
    if (unmount_below(path_)) std::filesystem::remove_all(path_);
  }
  TempDirectory(const TempDirectory&) = delete;
  TempDirectory& operator=(const TempDirectory&) = delete;
  const std::string& path() const { return path_; }
  std::string operator/(const std::string& below) const { return path_ + "/" + below; }

 private:
  std::string path_;
};

/// Follows links. "(none)" if there is no such file.
inline std::string read(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return in ? std::string(std::istreambuf_iterator<char>(in), {}) : "(none)";
}
inline void write(const std::string& path, const std::string& data) {
  std::filesystem::create_directories(std::filesystem::path(path).parent_path());
  std::ofstream(path) << data;
}
inline struct stat stat_of(const std::string& path) {
  struct stat st {};
  ::stat(path.c_str(), &st);
  return st;
}
inline unsigned mode_of(const std::string& path) {
  return stat_of(path).st_mode & 07777U;
}

}  // namespace node_agent::volumes::testing
