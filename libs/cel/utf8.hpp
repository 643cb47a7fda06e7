#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

/// Code points: what CEL counts strings in.
namespace cel::utf8 {

inline constexpr std::uint32_t replacement = 0xFFFD;

/// Takes the first code point off `text`, which must not be empty. A byte that begins none is taken alone,
/// as `replacement` (Go's rule).
std::uint32_t next(std::string_view& text) noexcept;
/// Code points in `text`.
std::size_t count(std::string_view text) noexcept;
/// The offset of code point `index` in bytes; the size of `text` if there are fewer.
std::size_t offset(std::string_view text, std::size_t index) noexcept;
void append(std::string& out, std::uint32_t code_point);

}  // namespace cel::utf8
