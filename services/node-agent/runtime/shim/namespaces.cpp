#include "node-agent/runtime/shim/namespaces.hpp"
#include <fcntl.h>
#include <sched.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cerrno>
#include "node-agent/runtime/shim/records.hpp"
#include "node-agent/runtime/shim/words.hpp"

namespace node_agent::shim {

Namespace::Namespace(std::int64_t pid, const char* kind, int type) : kind_(kind), type_(type) {
  const std::string theirs = "/proc/" + std::to_string(pid) + "/ns/" + kind;
  const std::string mine = std::string("/proc/self/ns/") + kind;
  struct stat there {
  }, here{};
  wanted_ =
      ::stat(theirs.c_str(), &there) != 0 || ::stat(mine.c_str(), &here) != 0 || there.st_ino != here.st_ino;
  if (wanted_) fd_ = ::open(theirs.c_str(), O_RDONLY | O_CLOEXEC);
}

std::string Namespace::join() const {
  if (!wanted_ || ::setns(fd_, type_) == 0) return {};
  return "joining the " + kind_ + " namespace: " + system_words(errno);
}

std::string join_all(const std::vector<Namespace>& namespaces) {
  for (const auto& n : namespaces)
    if (auto trouble = n.join(); !trouble.empty()) return trouble;
  return {};
}

std::string enter_user_namespace() {
  const auto uid = std::to_string(::geteuid()), gid = std::to_string(::getegid());
  if (::unshare(CLONE_NEWUSER) != 0) return "making a user namespace: " + system_words(errno);
  write_into("/proc/self/setgroups", "deny");
  if (!write_into("/proc/self/uid_map", uid + " " + uid + " 1") ||
      !write_into("/proc/self/gid_map", gid + " " + gid + " 1"))
    return "mapping the user: " + system_words(errno);
  return {};
}

}  // namespace node_agent::shim
