#pragma once
#include <cstdint>
#include <string_view>
#include "api/protobuf_shape.hpp"

namespace api::protobuf {

/// One field as it lies in a message.
struct Item {
  std::uint32_t number = 0;
  Wire wire = Wire::varint;
  std::uint64_t value = 0;  ///< Of a number.
  std::string_view bytes;
};

/// Takes a message apart. Views into the bytes it was given.
class Message {
 public:
  explicit Message(std::string_view bytes) : rest_(bytes) {}
  bool failed() const noexcept { return failed_; }
  bool empty() const noexcept { return rest_.empty(); }
  /// False at the end, and when it is malformed.
  bool next(Item& item);
  std::uint64_t varint();

 private:
  bool fail();
  std::string_view take(std::uint64_t size);
  std::uint64_t fixed(std::size_t size);

  std::string_view rest_;
  bool failed_ = false;
};

/// The item numbered `number` of a small message; a neutral one if it is absent. False if it is malformed.
bool find(std::string_view bytes, std::uint32_t number, Item& found);

}  // namespace api::protobuf
