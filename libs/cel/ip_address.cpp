#include "cel/ip_address.hpp"
#include <algorithm>
#include <charconv>
#include <vector>

namespace cel {

namespace {

std::optional<IpAddress> parse_v4(std::string_view text) {
  IpAddress out;
  for (std::size_t i = 0; i < 4; ++i) {
    const auto part = text.substr(0, text.find('.'));
    unsigned value = 0;
    const auto [end, ec] = std::from_chars(part.data(), part.data() + part.size(), value);
    if (ec != std::errc() || end != part.data() + part.size() || value > 255 || part.size() > 3)
      return std::nullopt;
    if (part.size() > 1 && part[0] == '0') return std::nullopt;
    out.bytes[i] = static_cast<std::uint8_t>(value);
    text.remove_prefix(part.size());
    if (i < 3) {
      if (!text.starts_with('.')) return std::nullopt;
      text.remove_prefix(1);
    }
  }
  return text.empty() ? std::optional(out) : std::nullopt;
}

/// Groups between colons, 16 bits each; an IPv4 address may stand for the last two.
bool read_groups(std::string_view text, std::vector<std::uint16_t>& out) {
  while (!text.empty()) {
    const auto part = text.substr(0, text.find(':'));
    if (part.find('.') != std::string_view::npos) {
      const auto v4 = part.size() == text.size() ? parse_v4(part) : std::nullopt;
      if (!v4) return false;
      for (std::size_t i = 0; i < 4; i += 2)
        out.push_back(static_cast<std::uint16_t>(v4->bytes[i] << 8 | v4->bytes[i + 1]));
      return true;
    }
    unsigned value = 0;
    const auto [end, ec] = std::from_chars(part.data(), part.data() + part.size(), value, 16);
    if (ec != std::errc() || end != part.data() + part.size() || part.empty() || part.size() > 4)
      return false;
    out.push_back(static_cast<std::uint16_t>(value));
    text.remove_prefix(part.size());
    if (text.empty()) return true;
    text.remove_prefix(1);
    if (text.empty()) return false;  // ends in one colon
  }
  return true;
}

std::optional<IpAddress> parse_v6(std::string_view text) {
  std::vector<std::uint16_t> front, back;
  const auto gap = text.find("::");
  if (!read_groups(text.substr(0, gap), front)) return std::nullopt;
  if (gap != std::string_view::npos && !read_groups(text.substr(gap + 2), back)) return std::nullopt;
  const std::size_t count = front.size() + back.size();
  if (gap == std::string_view::npos ? count != 8 : count > 7) return std::nullopt;
  front.resize(8 - back.size());
  front.insert(front.end(), back.begin(), back.end());
  IpAddress out;
  out.v4 = false;
  for (std::size_t i = 0; i < 8; ++i) {
    out.bytes[2 * i] = static_cast<std::uint8_t>(front[i] >> 8);
    out.bytes[2 * i + 1] = static_cast<std::uint8_t>(front[i]);
  }
  return out;
}

bool is_mapped_v4(const IpAddress& a) {
  return !a.v4 && std::all_of(a.bytes.begin(), a.bytes.begin() + 10, [](auto b) { return b == 0; }) &&
         a.bytes[10] == 0xff && a.bytes[11] == 0xff;
}

std::string v6_text(const IpAddress& a) {
  std::array<unsigned, 8> groups;
  for (std::size_t i = 0; i < 8; ++i)
    groups[i] = static_cast<unsigned>(a.bytes[2 * i] << 8 | a.bytes[2 * i + 1]);
  // The first of the longest runs of two zeros or more is left out.
  std::size_t gap = 8, gap_size = 1;
  for (std::size_t i = 0; i < 8; ++i) {
    std::size_t n = 0;
    while (i + n < 8 && groups[i + n] == 0)
      ++n;
    if (n > gap_size) {
      gap = i;
      gap_size = n;
    }
    i += n;
  }
  std::string out;
  for (std::size_t i = 0; i < 8; ++i) {
    if (i == gap) {
      out += "::";
      i += gap_size - 1;
      continue;
    }
    if (!out.empty() && !out.ends_with(':')) out += ':';
    char buffer[8];
    out.append(buffer, std::to_chars(buffer, buffer + sizeof buffer, groups[i], 16).ptr);
  }
  return out;
}

std::string quoted(std::string_view text) {
  return "\"" + std::string(text) + "\"";
}

}  // namespace

std::string IpAddress::text() const {
  if (!v4) return v6_text(*this);
  return std::to_string(bytes[0]) + "." + std::to_string(bytes[1]) + "." + std::to_string(bytes[2]) + "." +
         std::to_string(bytes[3]);
}

bool IpAddress::is_unspecified() const noexcept {
  return std::all_of(bytes.begin(), bytes.end(), [](auto b) { return b == 0; });
}
bool IpAddress::is_loopback() const noexcept {
  if (v4) return bytes[0] == 127;
  return bytes[15] == 1 && std::all_of(bytes.begin(), bytes.end() - 1, [](auto b) { return b == 0; });
}
bool IpAddress::is_multicast() const noexcept {
  return v4 ? (bytes[0] & 0xf0) == 0xe0 : bytes[0] == 0xff;
}
bool IpAddress::is_link_local_multicast() const noexcept {
  if (v4) return bytes[0] == 224 && bytes[1] == 0 && bytes[2] == 0;
  return bytes[0] == 0xff && (bytes[1] & 0x0f) == 2;
}
bool IpAddress::is_link_local_unicast() const noexcept {
  if (v4) return bytes[0] == 169 && bytes[1] == 254;
  return bytes[0] == 0xfe && (bytes[1] & 0xc0) == 0x80;
}
bool IpAddress::is_global_unicast() const noexcept {
  const bool broadcast = v4 && std::all_of(bytes.begin(), bytes.begin() + 4, [](auto b) { return b == 255; });
  return !broadcast && !is_unspecified() && !is_loopback() && !is_multicast() && !is_link_local_unicast();
}

std::string IpPrefix::text() const {
  return address.text() + "/" + std::to_string(length);
}

IpPrefix IpPrefix::masked() const noexcept {
  IpPrefix out = *this;
  for (int bit = length; bit < address.bits(); ++bit)
    out.address.bytes[static_cast<std::size_t>(bit / 8)] &= static_cast<std::uint8_t>(~(0x80 >> bit % 8));
  return out;
}

bool IpPrefix::contains(const IpAddress& a) const noexcept {
  return a.v4 == address.v4 && IpPrefix{a, length}.masked().address == masked().address;
}

std::optional<IpAddress> parse_ip(std::string_view text, std::string& problem) {
  if (const auto percent = text.find('%');
      percent != std::string_view::npos && parse_v6(text.substr(0, percent))) {
    problem = "IP address " + quoted(text) + " with zone value is not allowed";
    return std::nullopt;
  }
  const auto address = text.find(':') != std::string_view::npos ? parse_v6(text) : parse_v4(text);
  if (!address)
    problem = "IP Address " + quoted(text) + " parse error during conversion from string: ParseAddr(" +
              quoted(text) + "): unable to parse IP";
  if (address && is_mapped_v4(*address)) {
    problem = "IPv4-mapped IPv6 address " + quoted(text) + " is not allowed";
    return std::nullopt;
  }
  return address;
}

std::optional<IpPrefix> parse_cidr(std::string_view text, std::string& problem) {
  const auto fail = [&](std::string_view why) {
    problem = "network address parse error during conversion from string: netip.ParsePrefix(" + quoted(text) +
              "): " + std::string(why);
    return std::nullopt;
  };
  const auto slash = text.rfind('/');
  if (slash == std::string_view::npos) return fail("no '/'");
  const auto ip = text.substr(0, slash), length = text.substr(slash + 1);
  const auto address = ip.find(':') != std::string_view::npos ? parse_v6(ip) : parse_v4(ip);
  if (!address) return fail("ParseAddr(" + quoted(ip) + "): unable to parse IP");
  if (is_mapped_v4(*address)) {
    problem = "IPv4-mapped IPv6 address " + quoted(text) + " is not allowed";
    return std::nullopt;
  }
  int bits = -1;
  const auto [end, ec] = std::from_chars(length.data(), length.data() + length.size(), bits);
  const bool plain = ec == std::errc() && end == length.data() + length.size() && !length.starts_with('-') &&
                     (length.size() == 1 || length[0] != '0');
  if (!plain) return fail("bad bits after slash: " + quoted(length));
  if (bits > address->bits()) return fail("prefix length out of range");
  return IpPrefix{*address, bits};
}

}  // namespace cel
