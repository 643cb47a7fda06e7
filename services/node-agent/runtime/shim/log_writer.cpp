#include "node-agent/runtime/shim/log_writer.hpp"
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <ctime>
#include <vector>

namespace node_agent::shim {

namespace {

std::string format_time(std::int64_t ns, const char* form, const char* fraction_form, std::int64_t unit) {
  const std::time_t seconds = ns / 1'000'000'000;
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  char text[40], fraction[16];
  std::strftime(text, sizeof text, form, &parts);
  std::snprintf(fraction, sizeof fraction, fraction_form, static_cast<long>(ns % 1'000'000'000 / unit));
  return std::string(text) + fraction;
}

}  // namespace

std::string format_log_time(std::int64_t ns) {
  return format_time(ns, "%Y-%m-%dT%H:%M:%S", ".%09ldZ", 1);
}

LogWriter::LogWriter(std::string path, std::int64_t bytes_max, std::int64_t files_max)
    : path_(std::move(path)), bytes_max_(bytes_max), files_max_(std::max<std::int64_t>(files_max, 2)) {}

LogWriter::~LogWriter() {
  if (fd_ >= 0) ::close(fd_);
}

bool LogWriter::open() {
  if (path_.empty()) return true;
  fd_ = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
  if (fd_ < 0) return false;
  struct stat there {};
  size_ = ::fstat(fd_, &there) == 0 ? there.st_size : 0;
  return true;
}

void LogWriter::write(Stream stream, std::string_view data, std::int64_t now_ns) {
  auto& rest = rest_[static_cast<int>(stream)];
  while (!data.empty()) {
    const auto newline = data.find('\n');
    const auto room = line_bytes_max - rest.size();
    if (const auto length = std::min(newline, data.size()); length > room) {
      rest += data.substr(0, room);
      data.remove_prefix(room);
      line(stream, rest, true, now_ns);
      rest.clear();
      continue;
    }
    if (newline == data.npos) {
      rest += data;
      break;
    }
    rest += data.substr(0, newline);
    data.remove_prefix(newline + 1);
    line(stream, rest, false, now_ns);
    rest.clear();
  }
  flush();
}

void LogWriter::finish(std::int64_t now_ns) {
  for (const auto stream : {Stream::out, Stream::err}) {
    auto& rest = rest_[static_cast<int>(stream)];
    if (!rest.empty()) line(stream, rest, false, now_ns);
    rest.clear();
  }
  flush();
}

void LogWriter::line(Stream stream, std::string_view text, bool partial, std::int64_t now_ns) {
  pending_ += format_log_time(now_ns);
  pending_ += stream == Stream::out ? " stdout " : " stderr ";
  pending_ += partial ? "P " : "F ";
  pending_ += text;
  pending_ += '\n';
}

void LogWriter::flush() {
  if (fd_ >= 0 && size_ > 0 && bytes_max_ > 0 &&
      size_ + static_cast<std::int64_t>(pending_.size()) > bytes_max_)
    rotate();
  std::string_view left = pending_;
  while (fd_ >= 0 && !left.empty()) {
    const auto n = ::write(fd_, left.data(), left.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) break;
    left.remove_prefix(static_cast<std::size_t>(n));
    size_ += n;
  }
  pending_.clear();
}

void LogWriter::rotate() {
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME, &now);
  const std::int64_t ns = now.tv_sec * 1'000'000'000LL + now.tv_nsec;
  const std::string aside = path_ + format_time(ns, ".%Y%m%d-%H%M%S", ".%06ld", 1000);
  if (::rename(path_.c_str(), aside.c_str()) != 0 && errno != ENOENT) return;
  const int old = fd_;
  if (open())
    ::close(old);
  else
    fd_ = old;
  drop_oldest();
}

void LogWriter::drop_oldest() {
  const auto slash = path_.rfind('/');
  const std::string directory = slash == path_.npos ? "." : path_.substr(0, slash + 1);
  const std::string prefix = path_.substr(slash == path_.npos ? 0 : slash + 1) + ".";
  DIR* entries = ::opendir(directory.c_str());
  if (!entries) return;
  std::vector<std::string> rotated;
  while (const dirent* entry = ::readdir(entries))
    if (std::string_view(entry->d_name).starts_with(prefix)) rotated.emplace_back(entry->d_name);
  ::closedir(entries);
  std::sort(rotated.begin(), rotated.end());
  const auto keep = static_cast<std::size_t>(files_max_ - 1);
  for (std::size_t i = 0; i + keep < rotated.size(); ++i)
    ::unlink((directory + "/" + rotated[i]).c_str());
}

}  // namespace node_agent::shim
