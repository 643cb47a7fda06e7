#pragma once
#include <string_view>

namespace base {
/// Prints the condition and place to stderr and aborts.
[[noreturn]] void assert_failed(const char* condition, const char* file, int line,
                                std::string_view message) noexcept;
}  // namespace base

/// An invariant of ours. Stays on in release builds; never for what peers, users or networks may do.
#define COX_ASSERT(condition, message)                                  \
  do {                                                                  \
    if (!(condition)) [[unlikely]]                                      \
      ::base::assert_failed(#condition, __FILE__, __LINE__, (message)); \
  } while (false)
