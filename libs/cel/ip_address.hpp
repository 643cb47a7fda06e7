#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace cel {

/// An IPv4 or IPv6 address, as Go's net/netip reads and writes them; no zones, no IPv4 within IPv6.
struct IpAddress {
  std::array<std::uint8_t, 16> bytes{};  ///< IPv4: the first four.
  bool v4 = true;

  int bits() const noexcept { return v4 ? 32 : 128; }
  std::string text() const;  ///< Canonical (RFC 5952).
  bool is_unspecified() const noexcept;
  bool is_loopback() const noexcept;
  bool is_multicast() const noexcept;
  bool is_link_local_multicast() const noexcept;
  bool is_link_local_unicast() const noexcept;
  bool is_global_unicast() const noexcept;
  bool operator==(const IpAddress&) const = default;
};

struct IpPrefix {
  IpAddress address;  ///< Not masked.
  int length = 0;

  std::string text() const;
  IpPrefix masked() const noexcept;
  bool contains(const IpAddress& a) const noexcept;
  bool operator==(const IpPrefix&) const = default;
};

/// Empty, with `problem` as upstream words it, for what is none.
std::optional<IpAddress> parse_ip(std::string_view text, std::string& problem);
std::optional<IpPrefix> parse_cidr(std::string_view text, std::string& problem);

}  // namespace cel
