#include "raft-store/replication/command_frame.hpp"
#include "raft/codec.hpp"

namespace raft_store::replication {
namespace {
constexpr std::size_t kHeadBytes = 16;
}

std::string frame(const CommandFrame& command) {
  raft::codec::Writer out;
  out.reserve(kHeadBytes + command.payload.size());
  out.u64(command.instance);
  out.u64(command.sequence);
  return out.take().append(command.payload);
}

CommandFrame unframe(std::string_view bytes) {
  raft::codec::Reader in(bytes);
  CommandFrame command;
  command.instance = in.u64();
  command.sequence = in.u64();
  if (in.ok()) command.payload = bytes.substr(kHeadBytes);
  return command;
}

}  // namespace raft_store::replication
