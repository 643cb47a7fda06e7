#pragma once
#include <vector>
#include "controllers/frame/controller.hpp"

namespace controllers {

/// Every controller there is, in the order they are started. A new one is its folder and one line in
/// list.cpp.
const std::vector<Descriptor>& all_controllers();

/// `--controllers=list` resolved. Errors: invalid_argument naming an entry that is no controller.
base::Result<std::vector<const Descriptor*>> chosen_controllers(const std::vector<std::string>& list);

}  // namespace controllers
