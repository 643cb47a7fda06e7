#pragma once
#include <cstdint>
#include <optional>
#include <string>

namespace node_agent::shim {

/// The system's words for an error number, as Go writes them: "no such file or directory".
std::string system_words(int error);
/// Of /etc/passwd. None: no such user there.
struct PasswdEntry {
  std::int64_t gid = 0;
  std::string home;
};
std::optional<PasswdEntry> passwd_entry(std::int64_t uid);

}  // namespace node_agent::shim
