#pragma once
#include <string>
#include <vector>
#include "base/error.hpp"

namespace node_agent::runtime {

/// Addresses out of 127.64.0.0/10, each given to one pod of this machine, whoever's agent runs it. A file a
/// given address, named by it, in a directory of the machine; it says whose it is (the sandbox's directory)
/// and since which boot. One whose owner has gone is taken again. All calls block.
class LoopbackAddresses {
 public:
  /// `directories`: the first that can be written is used, all are looked at. Empty: the machine's, under
  /// /run for root and under /tmp for others.
  explicit LoopbackAddresses(std::vector<std::string> directories = {});

  /// An address for `owner` (an absolute path that exists as long as the address is needed). Errors: internal
  /// (no directory can be written), resource_exhausted.
  base::Result<std::string> acquire(const std::string& owner);
  /// Given before, to this owner: makes sure that it is still marked so.
  void keep(const std::string& address, const std::string& owner);
  void release(const std::string& address, const std::string& owner);

 private:
  bool taken(const std::string& address) const;
  std::vector<std::string> directories_;
};

}  // namespace node_agent::runtime
