#pragma once
#include <cstring>
#include <memory>
#include <string_view>

namespace api::protobuf {

/// Bytes written from the last to the first, so that the length of a message is known when it is to be
/// written before it.
class BackBuffer {
 public:
  void clear() noexcept { begin_ = capacity_; }
  std::size_t size() const noexcept { return capacity_ - begin_; }
  std::string_view bytes() const noexcept { return {data_.get() + begin_, size()}; }

  void put(std::string_view text) {
    ensure(text.size());
    begin_ -= text.size();
    std::memcpy(data_.get() + begin_, text.data(), text.size());
  }
  void put(char byte) {
    ensure(1);
    data_[--begin_] = byte;
  }
  void put_varint(std::uint64_t value) {
    if (value < 0x80) return put(static_cast<char>(value));
    char digits[10];
    std::size_t size = 0;
    for (; value >= 0x80; value >>= 7)
      digits[size++] = static_cast<char>(value | 0x80);
    digits[size++] = static_cast<char>(value);
    put({digits, size});
  }

 private:
  void ensure(std::size_t more) {
    if (begin_ >= more) return;
    std::size_t wider = capacity_ ? capacity_ * 2 : 4096;
    while (wider - size() < more)
      wider *= 2;
    auto data = std::make_unique_for_overwrite<char[]>(wider);
    const auto kept = size();
    if (kept) std::memcpy(data.get() + wider - kept, data_.get() + begin_, kept);
    data_ = std::move(data);
    capacity_ = wider;
    begin_ = wider - kept;
  }

  std::unique_ptr<char[]> data_;
  std::size_t capacity_ = 0, begin_ = 0;
};

}  // namespace api::protobuf
