#include "base/assert.hpp"
#include <cstdio>
#include <cstdlib>

namespace base {

void assert_failed(const char* condition, const char* file, int line, std::string_view message) noexcept {
  std::fprintf(stderr, "%s:%d: invariant broken: %s (%.*s)\n", file, line, condition,
               static_cast<int>(message.size()), message.data());
  std::fflush(stderr);
  std::abort();
}

}  // namespace base
