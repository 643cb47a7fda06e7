#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// The supervisor of one container, and what it shares with the agent. Plain C++ and POSIX: it is started for
/// every container and has to be small.
namespace node_agent::shim {

/// What agent and shim tell each other in files: lines `key=value`, a key may come again. Values may hold
/// anything but NUL; newlines and backslashes are escaped. The last line is `end=`, so that a torn file is
/// noticed.
class Records {
 public:
  void add(std::string_view key, std::string_view value);
  void add(std::string_view key, std::int64_t value);
  void add_all(std::string_view key, const std::vector<std::string>& values);

  std::string get(std::string_view key) const;  ///< The first; empty if there is none.
  std::int64_t number(std::string_view key, std::int64_t otherwise = 0) const;
  std::vector<std::string> all(std::string_view key) const;

  std::string encode() const;
  /// None: torn, or not of this form.
  static std::optional<Records> decode(std::string_view text);

 private:
  std::vector<std::pair<std::string, std::string>> entries_;
};

/// The whole file; none if it cannot be read or is larger than `bytes_max`.
std::optional<std::string> read_file(const std::string& path, std::size_t bytes_max = 8 << 20);
/// Readers see the old text or the new one. `mode` is that of the file. False, with errno: it could not be
/// written.
bool write_file(const std::string& path, std::string_view text, unsigned mode = 0600);
/// Writes into an existing file as it is: cgroup and proc files.
bool write_into(const std::string& path, std::string_view text);

}  // namespace node_agent::shim
