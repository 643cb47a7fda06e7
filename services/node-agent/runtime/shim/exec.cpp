#include "node-agent/runtime/shim/exec.hpp"
#include <sys/stat.h>
#include <unistd.h>
#include <cerrno>
#include "node-agent/runtime/shim/words.hpp"

namespace node_agent::shim {

namespace {

constexpr int not_found = 127, not_executable = 126;  // As shells have it (POSIX, 2.8.2).

std::vector<char*> pointers(const std::vector<std::string>& texts) {
  std::vector<char*> out;
  for (const auto& text : texts)
    out.push_back(const_cast<char*>(text.c_str()));
  out.push_back(nullptr);
  return out;
}

StartFailure cannot_run(int exit_code, const std::string& message) {
  return {exit_code, "ContainerCannotRun", message};
}

bool is_executable_file(const std::string& path) {
  struct stat there {};
  return ::stat(path.c_str(), &there) == 0 && S_ISREG(there.st_mode) && ::access(path.c_str(), X_OK) == 0;
}

/// A name without a slash, as PATH has it; empty: nowhere.
std::string search(const std::string& name, const std::vector<std::string>& environment) {
  std::string path;
  for (const auto& variable : environment)
    if (variable.starts_with("PATH=")) path = variable.substr(5);
  for (std::size_t begin = 0; begin <= path.size();) {
    const auto end = std::min(path.find(':', begin), path.size());
    const std::string directory = path.substr(begin, end - begin);
    const std::string candidate = (directory.empty() ? "." : directory) + "/" + name;
    if (is_executable_file(candidate)) return candidate;
    begin = end + 1;
  }
  return {};
}

}  // namespace

StartFailure execute(const std::vector<std::string>& arguments, const std::vector<std::string>& environment) {
  const std::string name = arguments.empty() ? "" : arguments.front();
  const std::string quoted = "exec: \"" + name + "\": ";
  std::string path = name;
  if (name.find('/') == name.npos) {
    path = name.empty() ? "" : search(name, environment);
    if (path.empty()) return cannot_run(not_found, quoted + "executable file not found in $PATH");
  }
  struct stat there {};
  if (::stat(path.c_str(), &there) != 0) {
    const int code = errno == ENOENT || errno == ENOTDIR ? not_found : not_executable;
    return cannot_run(code, quoted + "stat " + path + ": " + system_words(errno));
  }
  if (S_ISDIR(there.st_mode)) return cannot_run(not_executable, quoted + "is a directory");
  if (::access(path.c_str(), X_OK) != 0) return cannot_run(not_executable, quoted + system_words(errno));
  ::execve(path.c_str(), pointers(arguments).data(), pointers(environment).data());
  return cannot_run(errno == ENOENT ? not_found : not_executable,
                    "exec " + path + ": " + system_words(errno));
}

}  // namespace node_agent::shim
