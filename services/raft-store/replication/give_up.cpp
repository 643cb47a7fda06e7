#include "raft-store/replication/give_up.hpp"
#include <unistd.h>
#include <atomic>
#include <cstdlib>
#include <string_view>
#include "base/log.hpp"

namespace raft_store::replication {

void give_up(const std::string& error) {
  static std::atomic_flag spoken = ATOMIC_FLAG_INIT;
  while (spoken.test_and_set())
    ::pause();  // Another thread ends the process; its line stays the last one.
  base::log::error("the store cannot go on", {{"error", error}});
  std::_Exit(EXIT_FAILURE);
}

namespace {

constexpr std::string_view kWayOut =
    ". The disk has lost or changed what was durable, and this member must not go on from what is left. In a "
    "cluster: stop and remove the member (coxctl store member remove), empty its --data-dir and add it anew "
    "(coxctl "
    "store member add, --initial-cluster-state=existing); it gets everything from the others. Alone: restore "
    "a "
    "backup";

}  // namespace

base::Error with_way_out(base::Error error) {
  if (error.is(base::Errc::corrupt) && error.message.find(kWayOut) == std::string::npos)
    error.message += kWayOut;
  return error;
}

std::string disk_advice(const std::string& error, const std::filesystem::path& data_dir) {
  const auto says = [&](const char* words) { return error.find(words) != std::string::npos; };
  const std::string disk = "the file system of " + data_dir.string();
  if (says("No space left on device") || says("Disk quota exceeded"))
    return "; make room on " + disk + ", then start this member again: it catches up by itself";
  if (says("Read-only file system") || says("Input/output error"))
    return "; look at the kernel's messages (dmesg), repair " + disk +
           " and mount it for writing, then start this member again; if its data is lost, remove the member "
           "and "
           "add it again";
  return {};
}

}  // namespace raft_store::replication
