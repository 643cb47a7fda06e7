#include "raft-store/mvcc/publication.hpp"
#include "base/assert.hpp"
#include "storage/codec.hpp"

namespace raft_store::mvcc {
namespace {

/// What a message says around its only event, the header being empty.
constexpr std::string_view kProtoBefore("\x0a\x00", 2), kJsonBefore = R"({"header":{},"events":[)",
                                                        kJsonAfter = "]}";

std::string encode(const wire::Event& event, bool json, bool prev_kv) {
  wire::WatchResponse message;
  wire::Event& copy = message.events.emplace_back();
  copy.type = event.type;
  copy.kv = event.kv;
  if (prev_kv) copy.prev_kv = event.prev_kv;
  std::string bytes = json ? wire::encode_json(message) : wire::encode_proto(message);
  const std::string_view before = json ? kJsonBefore : kProtoBefore, after = json ? kJsonAfter : "";
  COX_ASSERT(bytes.starts_with(before) && bytes.ends_with(after), "what stands around an event is known");
  bytes.erase(bytes.size() - after.size());
  bytes.erase(0, before.size());
  return bytes;
}

}  // namespace

const std::string& SharedEvent::encoded(bool json, bool prev_kv) const {
  const std::size_t form = (json ? 2 : 0) + (prev_kv ? 1 : 0);
  std::call_once(once_[form], [&] { encoded_[form] = encode(*this, json, prev_kv); });
  return encoded_[form];
}

}  // namespace raft_store::mvcc
