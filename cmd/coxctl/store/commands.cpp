#include "coxctl/store/commands.hpp"

namespace coxctl::store {

// One line a command: the name of the function that describes it, in a file of that name below commands/.
// clang-format off
#define COX_STORE_COMMANDS(X) \
  X(status)                   \
  X(endpoint_status)          \
  X(endpoint_health)          \
  X(endpoint_hashkv)
// clang-format on

#define COX_DECLARE(name) Entry name();
COX_STORE_COMMANDS(COX_DECLARE)

std::span<const Entry> commands() {
#define COX_CALL(name) name(),
  static const Entry list[] = {COX_STORE_COMMANDS(COX_CALL)};
  return list;
}

}  // namespace coxctl::store
