#include "api/protobuf_message.hpp"

namespace api::protobuf {

bool Message::next(Item& item) {
  if (rest_.empty() || failed_) return false;
  const auto tag = varint();
  item.number = static_cast<std::uint32_t>(tag >> 3);
  item.wire = static_cast<Wire>(tag & 7);
  if (tag >> 32 || item.number == 0) return fail();
  if (item.wire == Wire::varint)
    item.value = varint();
  else if (item.wire == Wire::fixed64 || item.wire == Wire::fixed32)
    item.value = fixed(item.wire == Wire::fixed64 ? 8 : 4);
  else if (item.wire == Wire::bytes)
    item.bytes = take(varint());
  else
    return fail();
  return !failed_;
}

std::uint64_t Message::varint() {
  std::uint64_t value = 0;
  for (int shift = 0; shift < 64 && !rest_.empty(); shift += 7) {
    const auto byte = static_cast<unsigned char>(rest_.front());
    rest_.remove_prefix(1);
    value |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
    if (byte < 0x80) return value;
  }
  fail();
  return 0;
}

bool Message::fail() {
  failed_ = true;
  return false;
}

std::string_view Message::take(std::uint64_t size) {
  if (size > rest_.size()) return fail(), std::string_view();
  const auto taken = rest_.substr(0, size);
  rest_.remove_prefix(size);
  return taken;
}

std::uint64_t Message::fixed(std::size_t size) {
  const auto bytes = take(size);
  std::uint64_t value = 0;
  for (std::size_t i = bytes.size(); i-- > 0;)
    value = value << 8 | static_cast<unsigned char>(bytes[i]);
  return value;
}

bool find(std::string_view bytes, std::uint32_t number, Item& found) {
  found = Item{number};
  Message message(bytes);
  for (Item item; message.next(item);)
    if (item.number == number) found = item;
  return !message.failed();
}

}  // namespace api::protobuf
