#pragma once
#include <span>
#include <string>
#include <vector>
#include "coxctl/store/command.hpp"

/// Finds the command that words name, and explains the ones there are. Pure.
namespace coxctl::store {

struct Found {
  const Entry* entry = nullptr;    ///< Null: no command; `words` tells how far it went.
  std::vector<std::string> words;  ///< The command's words: "member", "add".
  std::vector<const char*> rest;   ///< All else, in order: flags and arguments.
  bool help = false;               ///< --help, -h or "help" was among the words before a command was found.
};
/// Flags may stand anywhere, also between a command's words. `arguments` begins after "store".
Found find_command(std::span<const Entry> entries, std::span<const char* const> arguments);

/// The commands whose path begins with `words`, a line each; all of them if it is empty.
std::string list_commands(std::span<const Entry> entries, const std::vector<std::string>& words);
/// "no command \"membr\"; did you mean \"member\"?"
std::string unknown_command(std::span<const Entry> entries, const Found& found);

/// Error: invalid_argument with the usage.
base::Result<void> check_count(const Entry& entry, std::size_t arguments);

}  // namespace coxctl::store
