#include "node-agent/runtime/shim/records.hpp"
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cerrno>
#include <charconv>
#include <cstdio>

namespace node_agent::shim {

namespace {

void escape(std::string_view value, std::string& out) {
  for (const char c : value) {
    if (c == '\\')
      out += "\\\\";
    else if (c == '\n')
      out += "\\n";
    else
      out += c;
  }
}

std::string unescape(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\' || i + 1 == text.size())
      out += text[i];
    else
      out += text[++i] == 'n' ? '\n' : text[i];
  }
  return out;
}

bool write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const auto n = ::write(fd, text.data(), text.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

}  // namespace

void Records::add(std::string_view key, std::string_view value) {
  entries_.emplace_back(key, value);
}

void Records::add(std::string_view key, std::int64_t value) {
  add(key, std::string_view(std::to_string(value)));
}

void Records::add_all(std::string_view key, const std::vector<std::string>& values) {
  for (const auto& value : values)
    add(key, value);
}

std::string Records::get(std::string_view key) const {
  for (const auto& [k, v] : entries_)
    if (k == key) return v;
  return {};
}

std::int64_t Records::number(std::string_view key, std::int64_t otherwise) const {
  const std::string text = get(key);
  std::int64_t out = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  return error == std::errc{} && end == text.data() + text.size() ? out : otherwise;
}

std::vector<std::string> Records::all(std::string_view key) const {
  std::vector<std::string> out;
  for (const auto& [k, v] : entries_)
    if (k == key) out.push_back(v);
  return out;
}

std::string Records::encode() const {
  std::string out;
  for (const auto& [key, value] : entries_) {
    out += key;
    out += '=';
    escape(value, out);
    out += '\n';
  }
  return out + "end=\n";
}

std::optional<Records> Records::decode(std::string_view text) {
  Records out;
  while (!text.empty()) {
    const auto newline = text.find('\n');
    if (newline == text.npos) return std::nullopt;
    const auto line = text.substr(0, newline);
    text.remove_prefix(newline + 1);
    const auto equals = line.find('=');
    if (equals == line.npos || equals == 0) return std::nullopt;
    if (line == "end=") return text.empty() ? std::optional(std::move(out)) : std::nullopt;
    out.add(line.substr(0, equals), unescape(line.substr(equals + 1)));
  }
  return std::nullopt;
}

std::optional<std::string> read_file(const std::string& path, std::size_t bytes_max) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return std::nullopt;
  std::string out;
  char piece[16384];
  ssize_t n = 0;
  while ((n = ::read(fd, piece, sizeof piece)) > 0 && out.size() <= bytes_max)
    out.append(piece, static_cast<std::size_t>(n));
  ::close(fd);
  if (n < 0 || out.size() > bytes_max) return std::nullopt;
  return out;
}

bool write_file(const std::string& path, std::string_view text, unsigned mode) {
  const std::string temporary = path + ".new";
  const int fd = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, mode);
  if (fd < 0) return false;
  const bool written = write_all(fd, text);
  const int error = errno;
  ::close(fd);
  if (written && ::rename(temporary.c_str(), path.c_str()) == 0) return true;
  if (!written) errno = error;
  return false;
}

bool write_into(const std::string& path, std::string_view text) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
  if (fd < 0) return false;
  const bool written = write_all(fd, text);
  const int error = errno;
  ::close(fd);
  errno = error;
  return written;
}

}  // namespace node_agent::shim
