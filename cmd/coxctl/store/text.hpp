#pragma once
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>
#include "base/error.hpp"

/// How etcdctl writes things for people. Pure.
namespace coxctl::store {

struct Table {
  std::vector<std::string> header;
  std::vector<std::vector<std::string>> rows;
};
/// In a frame, header centred in upper case, cells to the right.
std::string framed(const Table& table);
/// A line a row, cells after each other with ", ".
std::string plain(const Table& table);

/// "20 kB", "1.1 MB": powers of 1000.
std::string human_bytes(std::uint64_t bytes);
/// As Go writes durations: "43.549ms", "1m5.3s".
std::string go_duration(std::chrono::nanoseconds d);
/// "00:42", "1:02:03".
std::string clock_time(std::chrono::nanoseconds d);

/// Ids of members and clusters: "8e9e05c52164694d".
std::string hex_id(std::uint64_t id);
/// Ids of leases, always 16 digits.
std::string lease_id(std::int64_t id);
/// Error: invalid_argument; `what` is "member ID".
base::Result<std::uint64_t> parse_hex_id(std::string_view text, std::string_view what);

/// Every byte as \x6b.
std::string hex_bytes(std::string_view bytes);
/// As Go's %q: quoted, with escapes for what cannot be printed.
std::string quoted(std::string_view bytes);
std::string joined(const std::vector<std::string>& words, std::string_view separator);

}  // namespace coxctl::store
