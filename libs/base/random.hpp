#pragma once
#include <cstdint>
#include <string>

namespace base {
/// `n` bytes from the system's generator (getrandom).
std::string random_bytes(std::size_t n);
/// Lower-case RFC 4122 version 4 UUID.
std::string random_uuid();
/// `n` characters of upstream's name alphabet "bcdfghjklmnpqrstvwxz2456789" (no vowels, nothing that looks
/// alike).
std::string random_name_suffix(std::size_t n = 5);
}  // namespace base
