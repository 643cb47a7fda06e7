#pragma once
#include <span>
#include "coxctl/store/command.hpp"

namespace coxctl::store {

/// Every subcommand, in the order --help shows them.
std::span<const Entry> commands();

}  // namespace coxctl::store
