#include "apiserver/allocation/ranges.hpp"
#include <algorithm>
#include <boost/asio/ip/address.hpp>
#include <charconv>

namespace apiserver::allocation {
namespace {

using boost::asio::ip::address;
using boost::asio::ip::address_v4;
using boost::asio::ip::address_v6;
using Bytes = std::array<std::uint8_t, 16>;

std::optional<int> number(std::string_view text) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return {};
  return value;
}

std::optional<address> parse_address(std::string_view text) {
  boost::system::error_code error;
  const auto parsed = boost::asio::ip::make_address(std::string(text), error);
  if (error) return {};
  return parsed;
}

Bytes to_bytes(const address& a) {
  Bytes bytes{};
  if (a.is_v6()) return a.to_v6().to_bytes();
  const auto four = a.to_v4().to_bytes();
  std::copy(four.begin(), four.end(), bytes.begin() + 12);
  return bytes;
}

std::string to_text(const Bytes& bytes, bool v4) {
  if (!v4) return address_v6(bytes).to_string();
  return address_v4({bytes[12], bytes[13], bytes[14], bytes[15]}).to_string();
}

/// `bytes` as a number plus `n`; wraps never, since ranges end within the address space.
Bytes plus(Bytes bytes, std::uint64_t n) {
  for (int i = 15; i >= 0 && n > 0; --i) {
    n += bytes[i];
    bytes[i] = static_cast<std::uint8_t>(n & 0xff);
    n >>= 8;
  }
  return bytes;
}

/// a - b where the difference fits 64 bits; nothing otherwise.
std::optional<std::uint64_t> minus(const Bytes& a, const Bytes& b) {
  std::uint64_t high = 0, low = 0;
  int borrow = 0;
  for (int i = 15; i >= 0; --i) {
    int d = int(a[i]) - int(b[i]) - borrow;
    borrow = d < 0 ? 1 : 0;
    const std::uint64_t byte = static_cast<std::uint8_t>(d);
    (i >= 8 ? low : high) |= byte << (8 * (15 - i) % 64);
  }
  if (borrow || high) return {};
  return low;
}

void clear_host_bits(Bytes& bytes, int host_bits) {
  for (int i = 15; i >= 0 && host_bits > 0; --i, host_bits -= 8)
    bytes[i] &= host_bits >= 8 ? 0 : static_cast<std::uint8_t>(0xff << host_bits);
}

base::Error wrong(std::string_view text, std::string_view why) {
  return {base::Errc::invalid_argument, "\"" + std::string(text) + "\" " + std::string(why)};
}

}  // namespace

base::Result<IpRange> IpRange::parse(std::string_view cidr) {
  const auto slash = cidr.find('/');
  const auto network = parse_address(cidr.substr(0, slash));
  const auto prefix = slash == std::string_view::npos ? std::nullopt : number(cidr.substr(slash + 1));
  if (!network || !prefix) return wrong(cidr, "is not a CIDR, as 10.96.0.0/12");
  IpRange range;
  range.v4_ = network->is_v4();
  const int host_bits = (range.v4_ ? 32 : 128) - *prefix;
  if (*prefix < 0 || host_bits < 2) return wrong(cidr, "holds too few addresses");
  range.base_ = to_bytes(*network);
  clear_host_bits(range.base_, host_bits);
  range.size_ = (std::uint64_t(1) << std::min(host_bits, 62)) - (range.v4_ ? 2 : 1);
  range.text_ = to_text(range.base_, range.v4_) + "/" + std::to_string(*prefix);
  return range;
}

std::string IpRange::at(std::uint64_t index) const {
  return to_text(plus(base_, index + 1), v4_);
}

std::optional<std::uint64_t> IpRange::index_of(std::string_view ip) const {
  const auto parsed = parse_address(ip);
  if (!parsed || parsed->is_v4() != v4_) return {};
  const auto offset = minus(to_bytes(*parsed), base_);
  if (!offset || *offset == 0 || *offset > size_) return {};
  return *offset - 1;
}

std::uint64_t IpRange::dynamic_start() const noexcept {
  if (size_ < 16) return 0;
  return std::min<std::uint64_t>(std::max<std::uint64_t>(16, size_ / 16), 256);
}

base::Result<PortRange> PortRange::parse(std::string_view text) {
  const auto mark = text.find_first_of("-+");
  const auto first = number(text.substr(0, mark));
  const auto second = mark == std::string_view::npos ? std::nullopt : number(text.substr(mark + 1));
  if (!first || !second) return wrong(text, "is not a range of ports, as 30000-32767");
  PortRange range{*first, text[mark] == '+' ? *first + *second : *second};
  if (range.first < 1 || range.last > 65535 || range.last < range.first)
    return wrong(text, "is not a range within 1-65535");
  return range;
}

int PortRange::dynamic_start() const noexcept {
  if (size() <= 16) return 0;
  return std::min(std::max(16, size() / 32), 128);
}

}  // namespace apiserver::allocation
