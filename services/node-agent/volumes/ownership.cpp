#include "node-agent/volumes/ownership.hpp"
#include <sys/stat.h>
#include <unistd.h>
#include <cerrno>
#include <filesystem>
#include "node-agent/volumes/files.hpp"

namespace node_agent::volumes {

namespace fs = std::filesystem;
using base::Result;

namespace {

Result<void> give_one(const std::string& path, std::int64_t group, bool readonly) {
  struct stat st {};
  if (::lstat(path.c_str(), &st) != 0) return system_error("stat " + path);
  if (::lchown(path.c_str(), static_cast<uid_t>(-1), static_cast<gid_t>(group)) != 0)
    return system_error("chown " + path);
  if (S_ISLNK(st.st_mode)) return {};
  unsigned mode = (st.st_mode & 07777U) | (readonly ? 0440U : 0660U);
  if (S_ISDIR(st.st_mode)) mode |= 02110U;
  if (::chmod(path.c_str(), mode) != 0) return system_error("chmod " + path);
  return {};
}

}  // namespace

Result<void> give_directory(const std::string& path, std::int64_t group) {
  if (::geteuid() != 0) return {};
  return give_one(path, group, false);
}

Result<void> give_files(const std::string& path, std::int64_t group) {
  if (::geteuid() != 0) return {};
  auto given = give_one(path, group, true);
  std::error_code code;
  for (fs::recursive_directory_iterator it(path, code), end; given && !code && it != end; it.increment(code))
    given = give_one(it->path().string(), group, true);
  if (given && code) return base::Error(base::Errc::internal, "read " + path + ": " + code.message());
  return given;
}

}  // namespace node_agent::volumes
