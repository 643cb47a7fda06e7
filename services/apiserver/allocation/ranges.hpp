#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include "base/error.hpp"

/// The ranges that Services draw from. Pure.
namespace apiserver::allocation {

/// A block of addresses in CIDR form, counted without the network address and IPv4's broadcast address.
class IpRange {
 public:
  /// "10.96.0.0/12", "fd00:1::/108"; bits of the host part are dropped. Errors: invalid_argument (no CIDR, or
  /// fewer than two usable addresses).
  static base::Result<IpRange> parse(std::string_view cidr);
  std::string_view family() const noexcept { return v4_ ? "IPv4" : "IPv6"; }
  std::uint64_t size() const noexcept { return size_; }  ///< Usable addresses; at most 2^62.
  /// The usable address at `index` in [0, size()); 0 is the address after the network's.
  std::string at(std::uint64_t index) const;
  /// Its index; nothing if `ip` is no usable address of the range.
  std::optional<std::uint64_t> index_of(std::string_view ip) const;
  const std::string& text() const noexcept { return text_; }
  /// Addresses below this index are left to those who ask for one by name, as long as there are others.
  /// Source: KEP-3070 (min(max(16, size / 16), 256)).
  std::uint64_t dynamic_start() const noexcept;

 private:
  std::array<std::uint8_t, 16> base_{};  ///< Network address; IPv4 in the last four bytes.
  bool v4_ = true;
  std::uint64_t size_ = 0;
  std::string text_;
};

/// --service-node-port-range: both ends included.
struct PortRange {
  int first = 30000, last = 32767;
  /// "30000-32767" or "30000+2767". Error: invalid_argument.
  static base::Result<PortRange> parse(std::string_view text);
  int size() const noexcept { return last - first + 1; }
  bool contains(std::int64_t port) const noexcept { return port >= first && port <= last; }
  std::string text() const { return std::to_string(first) + "-" + std::to_string(last); }
  /// As for addresses. Source: KEP-3668 (min(max(16, size / 32), 128)).
  int dynamic_start() const noexcept;
};

}  // namespace apiserver::allocation
