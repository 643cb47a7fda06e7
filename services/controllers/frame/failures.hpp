#pragma once
#include "base/error.hpp"

namespace controllers {

/// A create refused because its namespace is being deleted: nothing will ever come of trying again.
bool is_namespace_terminating(const base::Error& e);

}  // namespace controllers
