#pragma once
#include <filesystem>
#include <string>
#include "base/error.hpp"

/// The end of a member that cannot keep what it promised: better a dead member than one that forgets.
namespace raft_store::replication {

/// Logs what happened and what to do as the last line, and ends the process at once. From any thread; of
/// several only the first one speaks.
[[noreturn]] void give_up(const std::string& error);

/// What an operator can do about an error of the file system that holds `data_dir`: "; make room ...". Empty
/// if nothing is known.
std::string disk_advice(const std::string& error, const std::filesystem::path& data_dir);

/// An error of code corrupt with what an operator can do about damaged data, once; any other as it is.
base::Error with_way_out(base::Error error);

}  // namespace raft_store::replication
