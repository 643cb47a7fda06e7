#include "apiserver/allocation/ranges.hpp"
#include <catch2/catch.hpp>

using namespace apiserver::allocation;

TEST_CASE("addresses of a range") {
  const auto range = IpRange::parse("10.96.0.7/12").value();
  CHECK(range.text() == "10.96.0.0/12");
  CHECK(range.size() == (1u << 20) - 2);
  CHECK(range.at(0) == "10.96.0.1");
  CHECK(range.at(255) == "10.96.1.0");
  CHECK(range.at(range.size() - 1) == "10.111.255.254");
  CHECK(range.index_of("10.96.1.0") == 255u);
  CHECK_FALSE(range.index_of("10.96.0.0"));
  CHECK_FALSE(range.index_of("10.111.255.255"));
  CHECK_FALSE(range.index_of("10.95.255.255"));
  CHECK_FALSE(range.index_of("fd00::1"));
  CHECK(range.dynamic_start() == 256);
}

TEST_CASE("IPv6 ranges, also those with more addresses than can be counted") {
  const auto range = IpRange::parse("fd00:1::/108").value();
  CHECK(range.family() == "IPv6");
  CHECK(range.at(0) == "fd00:1::1");
  CHECK(range.index_of("fd00:1::f:ffff") == (1u << 20) - 2);
  const auto wide = IpRange::parse("fd00::/8").value();
  CHECK(wide.at(0) == "fd00::1");
  CHECK_FALSE(wide.index_of("fdff::1"));
}

TEST_CASE("what is no range is refused") {
  for (const auto* text :
       {"", "10.96.0.0", "10.96.0.0/33", "10.96.0.0/31", "10.96.0.0/x", "host/8", "fd00::/-1"})
    CHECK(IpRange::parse(text).has_error());
  for (const auto* text : {"", "30000", "30000-", "40000-30000", "0-10", "1-70000"})
    CHECK(PortRange::parse(text).has_error());
  CHECK(PortRange::parse("30000+2767").value().last == 32767);
  CHECK(PortRange::parse("30000-32767").value().dynamic_start() == 86);
}
