#pragma once
#include <string>
#include "coxctl/store/command.hpp"

namespace coxctl::store {

/// Streams a member's snapshot to `path`: under a temporary name, until it is whole, synced and its SHA-256
/// is right. Returns the server's version. What fails or is interrupted leaves no file. Errors: the store's;
/// corrupt (a wrong or missing checksum); those of the disk; cancelled.
base::Awaitable<base::Result<std::string>> download_snapshot(Context& context, Api api, std::string path);

}  // namespace coxctl::store
