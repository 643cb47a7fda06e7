#pragma once
#include <deque>
#include <string>
#include <string_view>
#include <vector>
#include "api/json_tape.hpp"
#include "api/protobuf_back_buffer.hpp"
#include "api/protobuf_shape.hpp"

namespace api::protobuf {

/// The tag of field `number` below 16, in one byte.
constexpr char tag_of(unsigned number, Wire wire) noexcept {
  return static_cast<char>(number << 3 | static_cast<unsigned>(wire));
}
inline constexpr char text1 = tag_of(1, Wire::bytes), text2 = tag_of(2, Wire::bytes),
                      text3 = tag_of(3, Wire::bytes), number1 = tag_of(1, Wire::varint),
                      number2 = tag_of(2, Wire::varint);

/// Puts one JSON document into a buffer as a message. Everything is put from the end: the last member of a
/// message first, its value before its length, its length before its tag.
class Walker {
 public:
  BackBuffer out;

  /// Empties the buffer. False if the text is no JSON object. `json` must stay until the last call about it.
  bool start(std::string_view json);
  /// The document as a message of that shape. False: see `problem`.
  bool document(const Shape& shape);
  /// The document's member of that name, likewise; an empty message if there is none.
  bool member_document(std::string_view name, const Shape& shape);
  /// Text of a member of the document, or nothing. Valid until the next call.
  std::string_view text_of(std::string_view name);
  std::string_view problem() const noexcept { return problem_; }

  /// Ends what was put since the buffer had `before` bytes: its length and `tag` go before it.
  void close(std::size_t before, std::string_view tag);
  void close(std::size_t before, char tag) { close(before, {&tag, 1}); }
  void put_text(std::string_view text, char tag);

 private:
  using Token = JsonTape::Token;
  struct Child {
    std::string_view key;  ///< Of a map's entry.
    std::uint32_t at = 0;
  };

  bool fail(std::string_view what);
  std::uint32_t find(std::string_view name) const;
  std::size_t push_elements(std::uint32_t at);
  bool object(const Shape& shape, std::uint32_t at);
  bool members(const Shape& shape, std::size_t base);
  bool member(const Member& m, std::uint32_t at);
  bool list(const Member& m, std::uint32_t at);
  bool map(const Member& m, std::uint32_t at);
  bool value(const Member& m, std::uint32_t at);
  bool delimited(const Member& m, std::uint32_t at);
  bool boolean(std::uint32_t at);
  bool integer(std::uint32_t at);
  bool number(std::uint32_t at);
  bool bytes(std::uint32_t at);
  bool quantity(std::uint32_t at);
  bool int_or_string(std::uint32_t at);
  bool time(std::uint32_t at, bool micro);
  bool texts(std::uint32_t at, char tag);
  bool schema(const Member& m, std::uint32_t at);
  bool schemas(const Shape& shape, std::uint32_t at);
  bool parse_integer(std::uint32_t at, std::int64_t& value) const;
  bool text(std::uint32_t at, std::string_view& content);

  JsonTape tape_;
  std::vector<std::uint32_t> slots_;  ///< Of the objects being written: token of each field, 0 if absent.
  std::vector<Child> children_;       ///< Of the lists and maps being written.
  std::string room_;                  ///< Of one string with escapes.
  std::string_view problem_;
};

}  // namespace api::protobuf
