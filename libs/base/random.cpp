#include "base/random.hpp"
#include <sys/random.h>
#include <cerrno>
#include <string_view>
#include "base/assert.hpp"
#include "base/encoding.hpp"

namespace base {

std::string random_bytes(std::size_t n) {
  std::string out(n, '\0');
  std::size_t filled = 0;
  while (filled < n) {
    const ssize_t got = getrandom(out.data() + filled, n - filled, 0);
    if (got < 0 && errno == EINTR) continue;
    COX_ASSERT(got > 0, "the system's random generator failed");
    filled += static_cast<std::size_t>(got);
  }
  return out;
}

std::string random_uuid() {
  std::string bytes = random_bytes(16);
  bytes[6] = static_cast<char>((bytes[6] & 0x0f) | 0x40);
  bytes[8] = static_cast<char>((bytes[8] & 0x3f) | 0x80);
  std::string text = hex_encode(bytes);
  for (const std::size_t at : {8, 13, 18, 23})
    text.insert(at, 1, '-');
  return text;
}

std::string random_name_suffix(std::size_t n) {
  constexpr std::string_view alphabet = "bcdfghjklmnpqrstvwxz2456789";
  // The largest multiple of the alphabet's size in a byte: bytes from there on would favour the first
  // letters.
  constexpr unsigned limit = 256 - 256 % alphabet.size();
  std::string out;
  while (out.size() < n) {
    for (const char c : random_bytes(n - out.size())) {
      const auto value = static_cast<unsigned char>(c);
      if (value < limit) out += alphabet[value % alphabet.size()];
    }
  }
  return out;
}

}  // namespace base
