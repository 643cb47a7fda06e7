#include "node-agent/runtime/shim/streams.hpp"
#include <fcntl.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

namespace node_agent::shim {

namespace {

bool open_terminal(Launched& mine, Launched& theirs) {
  const int master = ::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
  char name[64];
  if (master < 0 || ::unlockpt(master) != 0 || ::ptsname_r(master, name, sizeof name) != 0) return false;
  const int slave = ::open(name, O_RDWR | O_NOCTTY | O_CLOEXEC);
  if (slave < 0) return false;
  mine.tty = theirs.tty = true;
  mine.in = master;
  mine.out = ::fcntl(master, F_DUPFD_CLOEXEC, 3);
  theirs.in = theirs.out = theirs.err = slave;
  return true;
}

bool open_pipe(bool wanted, bool input, int& mine, int& theirs) {
  if (!wanted) {
    theirs = ::open("/dev/null", O_RDWR | O_CLOEXEC);
    return theirs >= 0;
  }
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return false;
  mine = ends[input ? 1 : 0];
  theirs = ends[input ? 0 : 1];
  return true;
}

}  // namespace

bool open_streams(const Command& command, Launched& mine, Launched& theirs) {
  if (command.tty) return open_terminal(mine, theirs);
  return open_pipe(command.stdin_, true, mine.in, theirs.in) &&
         open_pipe(command.stdout_, false, mine.out, theirs.out) &&
         open_pipe(command.stderr_, false, mine.err, theirs.err);
}

void close_streams(const Launched& streams) {
  for (const int fd : {streams.in, streams.out, streams.err})
    if (fd >= 0) ::close(fd);
}

void take_streams(const Launched& theirs) {
  // Copies first: a descriptor may lie where another one goes.
  const int in = ::fcntl(theirs.in, F_DUPFD_CLOEXEC, 10), out = ::fcntl(theirs.out, F_DUPFD_CLOEXEC, 10),
            err = ::fcntl(theirs.err, F_DUPFD_CLOEXEC, 10);
  ::dup2(in, 0);
  ::dup2(out, 1);
  ::dup2(err, 2);
  if (theirs.tty) ::ioctl(0, TIOCSCTTY, 0);
}

}  // namespace node_agent::shim
