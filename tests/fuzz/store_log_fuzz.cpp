#include "base/assert.hpp"
#include "raft-store/mvcc/command.hpp"
#include "raft-store/mvcc/encoding.hpp"
#include "raft-store/replication/command_frame.hpp"
#include "raft-store/replication/joining.hpp"
#include "raft-store/replication/peer_link.hpp"
#include "raft/config.hpp"

/// What comes from a peer or from the disk: Raft's messages, memberships, commands, the records of the data.
/// The first byte chooses. What decodes, encodes to what decodes to the same.
namespace {

namespace mvcc = raft_store::mvcc;
namespace replication = raft_store::replication;

template <class Decode, class Encode>
void there_and_back(std::string_view bytes, Decode decode, Encode encode) {
  const auto first = decode(bytes);
  if (!first) return;
  const std::string once = encode(*first);
  const auto second = decode(once);
  COX_ASSERT(second && encode(*second) == once, "it goes there and back");
}

/// Keys keep their order and come back.
void check_keys(std::string_view bytes) {
  const std::string_view a = bytes.substr(0, bytes.size() / 2), b = bytes.substr(bytes.size() / 2);
  const std::string first = mvcc::encoding::version_key(a, 7), second = mvcc::encoding::version_key(b, 7);
  COX_ASSERT((a < b) == (first < second), "keys sort as they are");
  const auto parsed = mvcc::encoding::parse_version_key(first);
  std::string buffer;
  COX_ASSERT(parsed && parsed->revision == 7 && mvcc::encoding::unescape(parsed->prefix, buffer) == a,
             "a key comes back");
  if (const auto stranger = mvcc::encoding::parse_version_key(bytes))
    (void)mvcc::encoding::unescape(stranger->prefix, buffer);
}

void check_records(std::string_view bytes) {
  std::string again;
  std::string_view rest = bytes;
  for (mvcc::encoding::Change change; !rest.empty() && mvcc::encoding::take_change(rest, change);)
    mvcc::encoding::append_change(again, change);
  mvcc::encoding::VersionHead head;
  rest = bytes;
  if (mvcc::encoding::take_head(rest, head)) again += mvcc::encoding::encode_head(head);
  (void)mvcc::encoding::parse_alarm_key(bytes);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0] % 8) {
    case 0:
      there_and_back(bytes, raft::decode_message, raft::encode_message);
      break;
    case 1:
      there_and_back(bytes, replication::decode_batch, replication::encode_batch);
      break;
    case 2:
      there_and_back(bytes, raft::decode_membership, raft::encode_membership);
      break;
    case 3:
      there_and_back(bytes, replication::decode_member, replication::encode_member);
      break;
    case 4:
      there_and_back(bytes, replication::decode_cluster, replication::encode_cluster);
      break;
    case 5:
      there_and_back(replication::unframe(bytes).payload, mvcc::decode, mvcc::encode);
      there_and_back(bytes, mvcc::decode, mvcc::encode);
      break;
    case 6:
      check_keys(bytes);
      break;
    default:
      check_records(bytes);
  }
  return 0;
}
