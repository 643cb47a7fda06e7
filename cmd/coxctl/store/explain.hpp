#pragma once
#include <string>
#include "base/error.hpp"
#include "coxctl/store/options.hpp"

namespace coxctl::store {

/// What to do about an error, in a sentence; empty if its message says it all. Pure.
std::string advice(const base::Error& error, const Options& options);

}  // namespace coxctl::store
