#include "node-agent/runtime/process/pod_addresses.hpp"
#include <arpa/inet.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <ctime>
#include <functional>
#include "node-agent/runtime/shim/spec.hpp"

namespace node_agent::runtime {

namespace {

constexpr std::uint32_t tries_max = 100'000;
constexpr std::time_t unwritten_seconds_max = 60;

std::string dotted(std::uint32_t address) {
  return std::to_string(address >> 24) + "." + std::to_string(address >> 16 & 255) + "." +
         std::to_string(address >> 8 & 255) + "." + std::to_string(address & 255);
}

std::string text_for(const std::string& owner) {
  shim::Records out;
  out.add("owner", owner);
  out.add("boot_id", shim::boot_id());
  return out.encode();
}

/// Everyone's, as /tmp is: each may add, and remove only what is his.
bool make_shared_directory(const std::string& path) {
  for (auto slash = path.find('/', 1); slash != path.npos; slash = path.find('/', slash + 1))
    ::mkdir(path.substr(0, slash).c_str(), 0755);
  if (::mkdir(path.c_str(), 01777) == 0) ::chmod(path.c_str(), 01777);
  struct stat there {};
  return ::lstat(path.c_str(), &there) == 0 && S_ISDIR(there.st_mode) && ::access(path.c_str(), W_OK) == 0;
}

std::string owner_of(const std::string& path) {
  const auto records = shim::Records::decode(shim::read_file(path, 1 << 16).value_or(""));
  return records ? records->get("owner") : std::string();
}

/// Whose owner has gone, or which is of an earlier boot.
bool is_stale(const std::string& path) {
  struct stat there {};
  if (::lstat(path.c_str(), &there) != 0) return false;
  const auto records = shim::Records::decode(shim::read_file(path, 1 << 16).value_or(""));
  if (!records) return std::time(nullptr) - there.st_mtime > unwritten_seconds_max;
  if (records->get("boot_id") != shim::boot_id()) return true;
  return ::access(records->get("owner").c_str(), F_OK) != 0 && errno == ENOENT;
}

/// One agent at a time looks and takes. Held while this object lives.
class DirectoryLock {
 public:
  explicit DirectoryLock(const std::string& directory)
      : fd_(::open((directory + "/.lock").c_str(), O_RDONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644)) {
    if (fd_ >= 0) ::flock(fd_, LOCK_EX);
  }
  ~DirectoryLock() {
    if (fd_ >= 0) ::close(fd_);
  }
  DirectoryLock(const DirectoryLock&) = delete;
  DirectoryLock& operator=(const DirectoryLock&) = delete;

 private:
  int fd_;
};

}  // namespace

AddressRange loopback_range() {
  return {127U << 24 | 64U << 16, 1U << 22};
}

base::Result<AddressRange> parse_range(std::string_view cidr) {
  const auto slash = cidr.find('/');
  const std::string address(cidr.substr(0, slash));
  in_addr parsed{};
  unsigned bits = 0;
  const auto text = slash == cidr.npos ? std::string_view() : cidr.substr(slash + 1);
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), bits);
  if (error != std::errc{} || end != text.data() + text.size() || bits < 8 || bits > 30 ||
      ::inet_pton(AF_INET, address.c_str(), &parsed) != 1)
    return base::Error(base::Errc::invalid_argument,
                       "\"" + std::string(cidr) + "\" is not an IPv4 range (10.244.0.0/24)");
  const std::uint32_t count = 1U << (32 - bits);
  return AddressRange{ntohl(parsed.s_addr) & ~(count - 1), count};
}

PodAddresses::PodAddresses(AddressRange range, std::vector<std::string> directories)
    : range_(range), directories_(std::move(directories)) {
  if (directories_.empty()) directories_ = {"/run/coxswain/pod-addresses", "/tmp/.coxswain-pod-addresses"};
}

bool PodAddresses::taken(const std::string& address) const {
  for (const auto& directory : directories_) {
    const std::string path = directory + "/" + address;
    if (is_stale(path)) ::unlink(path.c_str());
    struct stat there {};
    if (::lstat(path.c_str(), &there) == 0) return true;
  }
  return false;
}

base::Result<std::string> PodAddresses::acquire(const std::string& owner) {
  std::string directory;
  for (const auto& d : directories_)
    if (directory.empty() && make_shared_directory(d)) directory = d;
  if (directory.empty())
    return base::Error(base::Errc::internal,
                       "no address for the pod: " + directories_.back() + ": " + std::strerror(errno));
  const DirectoryLock lock(directory);
  const auto start = static_cast<std::uint32_t>(std::hash<std::string>{}(owner));
  for (std::uint32_t i = 0; i < std::min(tries_max, range_.count); ++i) {
    const std::uint32_t number = range_.first + (start % range_.count + i) % range_.count;
    if ((number & 255) == 0 || (number & 255) == 255) continue;  // They look like networks and broadcasts.
    const std::string address = dotted(number);
    if (taken(address)) continue;
    const std::string path = directory + "/" + address;
    const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0644);
    if (fd < 0 && errno == EEXIST) continue;
    const std::string text = text_for(owner);
    const bool written =
        fd >= 0 && ::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size());
    const int error = errno;
    if (fd >= 0) ::close(fd);
    if (written) return address;
    if (fd >= 0) ::unlink(path.c_str());
    return base::Error(base::Errc::internal, path + ": " + std::strerror(error));
  }
  return base::Error(base::Errc::resource_exhausted, "no address is left for the pod");
}

void PodAddresses::keep(const std::string& address, const std::string& owner) {
  for (const auto& directory : directories_)
    if (owner_of(directory + "/" + address) == owner) return;
  for (const auto& directory : directories_) {
    if (!make_shared_directory(directory)) continue;
    const std::string path = directory + "/" + address;
    if (::access(path.c_str(), F_OK) != 0) shim::write_file(path, text_for(owner), 0644);
    return;
  }
}

void PodAddresses::release(const std::string& address, const std::string& owner) {
  for (const auto& directory : directories_) {
    const std::string path = directory + "/" + address;
    if (owner_of(path) == owner) ::unlink(path.c_str());
  }
}

}  // namespace node_agent::runtime
