#pragma once
#include <cstdint>
#include <string>
#include <string_view>

/// Bytes for disk and wire: little-endian integers, length-prefixed strings.
namespace raft::codec {

class Writer {
 public:
  void u8(std::uint8_t v) { out_.push_back(static_cast<char>(v)); }
  void u32(std::uint32_t v) { number(v, 4); }
  void u64(std::uint64_t v) { number(v, 8); }
  void bytes(std::string_view v) {
    u32(static_cast<std::uint32_t>(v.size()));
    out_.append(v);
  }
  std::string take() { return std::move(out_); }
  void reserve(std::size_t n) { out_.reserve(n); }

 private:
  void number(std::uint64_t v, int width) {
    for (int i = 0; i < width; ++i)
      out_.push_back(static_cast<char>(v >> (8 * i)));
  }
  std::string out_;
};

/// Reads what Writer wrote. Past the end or after a wrong length every read gives zero and `ok` is false.
class Reader {
 public:
  explicit Reader(std::string_view in) : in_(in) {}
  std::uint8_t u8() { return static_cast<std::uint8_t>(number(1)); }
  std::uint32_t u32() { return static_cast<std::uint32_t>(number(4)); }
  std::uint64_t u64() { return number(8); }
  std::string_view bytes() { return take(u32()); }
  /// A count of items of at least `item_bytes_min` each: fails if they cannot all be there.
  std::uint32_t count(std::size_t item_bytes_min) {
    const std::uint32_t n = u32();
    if (n > in_.size() / item_bytes_min) ok_ = false;
    return ok_ ? n : 0;
  }
  bool ok() const noexcept { return ok_; }
  bool done() const noexcept { return ok_ && in_.empty(); }

 private:
  std::string_view take(std::size_t n) {
    if (n > in_.size()) {
      ok_ = false;
      in_ = {};
      return {};
    }
    const std::string_view out = in_.substr(0, n);
    in_.remove_prefix(n);
    return out;
  }
  std::uint64_t number(std::size_t width) {
    std::uint64_t v = 0;
    const std::string_view raw = take(width);
    for (std::size_t i = 0; i < raw.size(); ++i)
      v |= std::uint64_t{static_cast<unsigned char>(raw[i])} << (8 * i);
    return v;
  }
  std::string_view in_;
  bool ok_ = true;
};

}  // namespace raft::codec
