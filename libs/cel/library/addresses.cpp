#include "cel/function.hpp"
#include "cel/ip_address.hpp"

/// Kubernetes' IP and CIDR functions.
namespace cel {

namespace {

using Args = std::span<const Value>;

struct Ip {
  static const OpaqueType type;
  IpAddress address;
};
struct Cidr {
  static const OpaqueType type;
  IpPrefix prefix;
};

template <class T, auto member>
bool same(const void* a, const void* b) {
  return static_cast<const T*>(a)->*member == static_cast<const T*>(b)->*member;
}
template <class T, auto member>
std::string text(const void* data) {
  return (static_cast<const T*>(data)->*member).text();
}
std::uint64_t ip_size(const void* data) {
  return static_cast<std::uint64_t>(static_cast<const Ip*>(data)->address.bits() / 8);
}
std::uint64_t cidr_size(const void* data) {
  return static_cast<std::uint64_t>((static_cast<const Cidr*>(data)->prefix.length + 7) / 8);
}

const OpaqueType Ip::type{"net.IP", same<Ip, &Ip::address>, text<Ip, &Ip::address>, ip_size};
const OpaqueType Cidr::type{"net.CIDR", same<Cidr, &Cidr::prefix>, text<Cidr, &Cidr::prefix>, cidr_size};

Value make_ip(Evaluation& e, const IpAddress& a) {
  return Value::opaque(&Ip::type, e.arena.make(Ip{a}));
}
Value make_cidr(Evaluation& e, const IpPrefix& p) {
  return Value::opaque(&Cidr::type, e.arena.make(Cidr{p}));
}

Value ip(Evaluation& e, Args a) {
  std::string problem;
  const auto address = parse_ip(a[0].as_text(), problem);
  return address ? make_ip(e, *address) : e.fail(problem);
}
Value is_ip(Evaluation&, Args a) {
  std::string problem;
  return Value::boolean(parse_ip(a[0].as_text(), problem).has_value());
}
Value is_canonical(Evaluation& e, Args a) {
  std::string problem;
  const auto address = parse_ip(a[0].as_text(), problem);
  return address ? Value::boolean(address->text() == a[0].as_text()) : e.fail(problem);
}
Value to_string(Evaluation& e, Args a) {
  return e.string(text_of(a[0]));
}
Value family(Evaluation& e, Args a) {
  const auto* x = a[0].as<Ip>();
  return x ? Value::integer(x->address.v4 ? 4 : 6) : e.no_overload();
}

template <bool (IpAddress::*is)() const noexcept>
Value check(Evaluation& e, Args a) {
  const auto* x = a[0].as<Ip>();
  return x ? Value::boolean((x->address.*is)()) : e.no_overload();
}

Value cidr(Evaluation& e, Args a) {
  std::string problem;
  const auto prefix = parse_cidr(a[0].as_text(), problem);
  return prefix ? make_cidr(e, *prefix)
                : e.fail("network address parse error during conversion from string: " + problem);
}
Value is_cidr(Evaluation&, Args a) {
  std::string problem;
  return Value::boolean(parse_cidr(a[0].as_text(), problem).has_value());
}

Value contains_ip(Evaluation& e, Args a) {
  const Value other = a[1].is(Kind::string) ? ip(e, a.subspan(1)) : a[1];
  if (other.is_error()) return other;
  const auto* prefix = a[0].as<Cidr>();
  const auto* address = other.as<Ip>();
  return prefix && address ? Value::boolean(prefix->prefix.contains(address->address)) : e.no_overload();
}

Value contains_cidr(Evaluation& e, Args a) {
  const Value other = a[1].is(Kind::string) ? cidr(e, a.subspan(1)) : a[1];
  if (other.is_error()) return other;
  const auto* outer = a[0].as<Cidr>();
  const auto* inner = other.as<Cidr>();
  if (!outer || !inner) return e.no_overload();
  return Value::boolean(outer->prefix.length <= inner->prefix.length &&
                        outer->prefix.contains(inner->prefix.address));
}

Value cidr_ip(Evaluation& e, Args a) {
  const auto* x = a[0].as<Cidr>();
  return x ? make_ip(e, x->prefix.address) : e.no_overload();
}
Value prefix_length(Evaluation& e, Args a) {
  const auto* x = a[0].as<Cidr>();
  return x ? Value::integer(x->prefix.length) : e.no_overload();
}
Value masked(Evaluation& e, Args a) {
  const auto* x = a[0].as<Cidr>();
  return x ? make_cidr(e, x->prefix.masked()) : e.no_overload();
}

}  // namespace

void add_addresses(FunctionTable& t) {
  t.add("string_to_ip", "ip(string): net.IP", ip);
  t.add("ip_family", "net.IP -> family(): int", family);
  t.add("ip_is_canonical", "ip.isCanonical(string): bool", is_canonical);
  t.add("ip_is_unspecified", "net.IP -> isUnspecified(): bool", check<&IpAddress::is_unspecified>);
  t.add("ip_is_loopback", "net.IP -> isLoopback(): bool", check<&IpAddress::is_loopback>);
  t.add("ip_is_link_local_multicast", "net.IP -> isLinkLocalMulticast(): bool",
        check<&IpAddress::is_link_local_multicast>);
  t.add("ip_is_link_local_unicast", "net.IP -> isLinkLocalUnicast(): bool",
        check<&IpAddress::is_link_local_unicast>);
  t.add("ip_is_global_unicast", "net.IP -> isGlobalUnicast(): bool", check<&IpAddress::is_global_unicast>);
  t.add("is_ip", "isIP(string): bool", is_ip);
  t.add("ip_to_string", "string(net.IP): string", to_string);
  t.add("string_to_cidr", "cidr(string): net.CIDR", cidr);
  t.add("cidr_contains_ip_string", "net.CIDR -> containsIP(string): bool", contains_ip);
  t.add("cidr_contains_ip_ip", "net.CIDR -> containsIP(net.IP): bool", contains_ip);
  t.add("cidr_contains_cidr_string", "net.CIDR -> containsCIDR(string): bool", contains_cidr);
  t.add("cidr_contains_cidr", "net.CIDR -> containsCIDR(net.CIDR): bool", contains_cidr);
  t.add("cidr_ip", "net.CIDR -> ip(): net.IP", cidr_ip);
  t.add("cidr_prefix_length", "net.CIDR -> prefixLength(): int", prefix_length);
  t.add("cidr_masked", "net.CIDR -> masked(): net.CIDR", masked);
  t.add("is_cidr", "isCIDR(string): bool", is_cidr);
  t.add("cidr_to_string", "string(net.CIDR): string", to_string);
}

}  // namespace cel
