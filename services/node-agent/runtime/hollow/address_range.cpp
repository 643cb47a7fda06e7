#include "node-agent/runtime/hollow/address_range.hpp"
#include <arpa/inet.h>
#include <charconv>

namespace node_agent::runtime::hollow {

using base::Errc;
using base::Error;
using base::Result;

Result<AddressRange> AddressRange::parse(const std::string& cidr) {
  const auto slash = cidr.find('/');
  in_addr address{};
  unsigned bits = 0;
  const char* end = cidr.data() + cidr.size();
  const bool ok = slash != std::string::npos &&
                  ::inet_pton(AF_INET, cidr.substr(0, slash).c_str(), &address) == 1 &&
                  std::from_chars(cidr.data() + slash + 1, end, bits).ptr == end && bits >= 8 && bits <= 29;
  if (!ok) return Error(Errc::invalid_argument, "not a range of pod addresses: \"" + cidr + "\"");
  const std::uint32_t mask = ~std::uint32_t{0} << (32 - bits), network = ntohl(address.s_addr) & mask;
  return AddressRange(network + 2, (network | ~mask) - 1);
}

Result<std::uint32_t> AddressRange::take() {
  const std::uint32_t size = last_ - first_ + 1;
  if (used_.size() >= size) return Error(Errc::resource_exhausted, "no address is left for another pod");
  while (!used_.insert(next_).second)
    next_ = next_ == last_ ? first_ : next_ + 1;
  const auto taken = next_;
  next_ = next_ == last_ ? first_ : next_ + 1;
  return taken;
}

std::string AddressRange::text(std::uint32_t address) {
  std::string out;
  for (int shift = 24; shift >= 0; shift -= 8)
    out += (out.empty() ? "" : ".") + std::to_string((address >> shift) & 0xff);
  return out;
}

}  // namespace node_agent::runtime::hollow
