#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>
#include "base/error.hpp"

namespace node_agent::runtime {

/// IPv4 addresses in host order: `count` of them from `first` on.
struct AddressRange {
  std::uint32_t first = 0, count = 0;
};
/// 127.64.0.0/10: loopback addresses that nothing else uses.
AddressRange loopback_range();
/// "10.244.3.0/24", all of it. Error: invalid_argument.
base::Result<AddressRange> parse_range(std::string_view cidr);

/// Addresses of one range, each given to one pod of this machine, whoever's agent runs it. A file a given
/// address, named by it, in a directory of the machine; it says whose it is (the sandbox's directory) and
/// since which boot. One whose owner has gone is taken again. Those that end in 0 or 255 are left out. All
/// calls block.
class PodAddresses {
 public:
  /// `directories`: the first that can be written is used, all are looked at. Empty: the machine's, under
  /// /run for root and under /tmp for others.
  explicit PodAddresses(AddressRange range, std::vector<std::string> directories = {});

  /// An address for `owner` (an absolute path that exists as long as the address is needed). Errors: internal
  /// (no directory can be written), resource_exhausted.
  base::Result<std::string> acquire(const std::string& owner);
  /// Given before, to this owner: makes sure that it is still marked so.
  void keep(const std::string& address, const std::string& owner);
  void release(const std::string& address, const std::string& owner);

 private:
  bool taken(const std::string& address) const;
  AddressRange range_;
  std::vector<std::string> directories_;
};

}  // namespace node_agent::runtime
