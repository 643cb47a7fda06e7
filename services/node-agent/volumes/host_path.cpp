#include <sys/stat.h>
#include "node-agent/volumes/files.hpp"
#include "node-agent/volumes/volume_type.hpp"

namespace node_agent::volumes {

using base::Errc;
using base::Error;
using base::Result;

namespace {

/// The types of what must be there: what stat says, and what the message calls it.
struct Wanted {
  const char* type;
  unsigned format;
  const char* word;
};
constexpr Wanted wanted[] = {
    {"Directory", S_IFDIR, "a directory"},
    {"DirectoryOrCreate", S_IFDIR, "a directory"},
    {"File", S_IFREG, "a file"},
    {"FileOrCreate", S_IFREG, "a file"},
    {"Socket", S_IFSOCK, "a socket file"},
    {"CharDevice", S_IFCHR, "a character device"},
    {"BlockDevice", S_IFBLK, "a block device"},
};

Result<void> create_missing(const std::string& type, const std::string& path) {
  struct stat st {};
  if (::stat(path.c_str(), &st) == 0) return {};
  if (type == "DirectoryOrCreate") return make_directories(path, 0755);
  if (type == "FileOrCreate") return create_file(path, "", 0644);
  return {};
}

Result<void> check_type(const std::string& type, const std::string& path) {
  if (type.empty()) {
    // Nothing is checked; what is missing becomes a directory, as container runtimes have it.
    struct stat st {};
    return ::stat(path.c_str(), &st) == 0 ? Result<void>() : make_directories(path, 0755);
  }
  for (const auto& w : wanted) {
    if (type != w.type) continue;
    auto created = create_missing(type, path);
    if (!created) return created;
    struct stat st {};
    if (::stat(path.c_str(), &st) == 0 && (st.st_mode & S_IFMT) == w.format) return {};
    return Error(Errc::invalid_argument, "hostPath type check failed: " + path + " is not " + w.word);
  }
  return Error(Errc::invalid_argument, type + " is an invalid volume type");
}

}  // namespace

base::Awaitable<Result<VolumePlan>> plan_host_path(VolumeRequest request) {
  VolumePlan plan;
  const auto volume = *request.volume.host_path;
  plan.check = [type = volume.type, path = volume.path] { return check_type(type, path); };
  co_return plan;
}

}  // namespace node_agent::volumes
