#pragma once
#include <sys/types.h>
#include <string>
#include <vector>

namespace node_agent::shim {

/// A process of the container, child of the shim, and the shim's ends of its streams; -1: none.
struct Launched {
  pid_t pid = -1;
  int in = -1, out = -1, err = -1;
  bool tty = false;  ///< `in` and `out` are two descriptors of one terminal then.
};

/// Which command to run in a container, and connected to what.
struct Command {
  std::vector<std::string> arguments;
  bool stdin_ = false, stdout_ = true, stderr_ = true, tty = false;
};

/// Both ends of what `command` is connected to: `theirs` has all three. False, with errno: what was opened is
/// in them.
bool open_streams(const Command& command, Launched& mine, Launched& theirs);
void close_streams(const Launched& streams);
/// In the child: makes `theirs` its standard streams, and the terminal its own.
void take_streams(const Launched& theirs);

}  // namespace node_agent::shim
