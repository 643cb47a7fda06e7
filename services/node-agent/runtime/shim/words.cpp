#include "node-agent/runtime/shim/words.hpp"
#include <cstdlib>
#include <cstring>
#include <sstream>
#include "node-agent/runtime/shim/records.hpp"

namespace node_agent::shim {

std::string system_words(int error) {
  std::string words = std::strerror(error);
  if (words.size() > 1 && words[1] >= 'a') words[0] = static_cast<char>(words[0] | 0x20);
  return words;
}

std::optional<PasswdEntry> passwd_entry(std::int64_t uid) {
  std::istringstream lines(read_file("/etc/passwd").value_or(""));
  std::string line;
  while (std::getline(lines, line)) {
    std::istringstream fields(line);
    std::string name, password, id, group, real_name, home;
    std::getline(std::getline(std::getline(fields, name, ':'), password, ':'), id, ':');
    std::getline(std::getline(std::getline(fields, group, ':'), real_name, ':'), home, ':');
    if (!id.empty() && std::atoll(id.c_str()) == uid) return PasswdEntry{std::atoll(group.c_str()), home};
  }
  return std::nullopt;
}

}  // namespace node_agent::shim
