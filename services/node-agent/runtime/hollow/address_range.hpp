#pragma once
#include <cstdint>
#include <set>
#include <string>
#include "base/error.hpp"

namespace node_agent::runtime::hollow {

/// IPv4 addresses to give out, each once at a time; one that came back is given out again as late as can be.
/// The first two (network, gateway) and the last (broadcast) of the range are not given out.
class AddressRange {
 public:
  /// "10.4.0.0/24". Error: invalid_argument.
  static base::Result<AddressRange> parse(const std::string& cidr);
  /// Error: resource_exhausted.
  base::Result<std::uint32_t> take();
  void give_back(std::uint32_t address) { used_.erase(address); }

  static std::string text(std::uint32_t address);

 private:
  AddressRange(std::uint32_t first, std::uint32_t last) : first_(first), last_(last), next_(first) {}
  std::uint32_t first_, last_, next_;  ///< Both ends are given out.
  std::set<std::uint32_t> used_;
};

}  // namespace node_agent::runtime::hollow
