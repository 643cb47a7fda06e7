#pragma once
#include <cstdint>
#include <string>
#include <vector>

namespace node_agent::shim {

/// The namespace of one kind ("mnt") that a process is in, held from construction on.
class Namespace {
 public:
  Namespace(std::int64_t pid, const char* kind, int type);
  /// Empty: joined, or the caller is in it already.
  std::string join() const;

 private:
  std::string kind_;
  int type_, fd_ = -1;
  bool wanted_ = false;
};

/// Empty: all are joined.
std::string join_all(const std::vector<Namespace>& namespaces);
/// A user namespace in which the caller is who it was, and may do as root does. Empty: done.
std::string enter_user_namespace();

}  // namespace node_agent::shim
