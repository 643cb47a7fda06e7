#include <arpa/inet.h>
#include <charconv>
#include <cstring>
#include "api/names.hpp"
#include "apiserver/kinds/checks.hpp"

namespace apiserver::kinds {
namespace {

bool parse(int family, std::string_view text, in6_addr& out) {
  return inet_pton(family, std::string(text).c_str(), &out) == 1;
}

bool is_cidr(std::string_view text) {
  const auto slash = text.find('/');
  if (slash == std::string_view::npos) return false;
  const auto address = text.substr(0, slash), bits = text.substr(slash + 1);
  int n = -1;
  const auto [end, error] = std::from_chars(bits.data(), bits.data() + bits.size(), n);
  if (bits.empty() || error != std::errc() || end != bits.data() + bits.size() || n < 0) return false;
  in6_addr out{};
  if (parse(AF_INET, address, out)) return n <= 32;
  return parse(AF_INET6, address, out) && n <= 128;
}

struct Bytes {
  unsigned char b[16] = {};
  bool v6 = false;
};

std::optional<Bytes> bytes_of(std::string_view text) {
  in6_addr out{};
  Bytes bytes;
  bytes.v6 = !parse(AF_INET, text, out);
  if (bytes.v6 && !parse(AF_INET6, text, out)) return std::nullopt;
  std::memcpy(bytes.b, &out, bytes.v6 ? 16 : 4);
  return bytes;
}

bool all_zero(const unsigned char* b, int n) {
  for (int i = 0; i < n; ++i)
    if (b[i] != 0) return false;
  return true;
}

}  // namespace

bool is_ip(std::string_view text) {
  return bytes_of(text).has_value();
}

bool is_ipv6(std::string_view text) {
  const auto bytes = bytes_of(text);
  return bytes && bytes->v6;
}

void check_ip(std::string_view text, const Path& path, Errors& errors) {
  check_name(text, path, api::names::ip_address, errors);
}

void check_cidr(std::string_view text, const Path& path, Errors& errors) {
  if (!is_cidr(text))
    errors.invalid(path, json::value(text),
                   "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)");
}

void check_usable_ip(std::string_view text, const Path& path, Errors& errors) {
  const auto a = bytes_of(text);
  if (!a) return errors.invalid(path, json::value(text), "must be a valid IP address");
  const auto* b = a->b;
  const auto refuse = [&](std::string why) { errors.invalid(path, json::value(text), std::move(why)); };
  if (all_zero(b, a->v6 ? 16 : 4)) refuse("may not be unspecified (" + std::string(text) + ")");
  if (a->v6 ? b[0] == 0xfe && (b[1] & 0xc0) == 0x80 : b[0] == 169 && b[1] == 254)
    refuse("may not be in the link-local range (169.254.0.0/16, fe80::/10)");
  if (a->v6 ? b[0] == 0xff && (b[1] & 0x0f) == 0x02 : b[0] == 224 && b[1] == 0 && b[2] == 0)
    refuse("may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)");
}

}  // namespace apiserver::kinds
