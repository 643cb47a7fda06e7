#include "base/assert.hpp"
#include "base/encoding.hpp"
#include "raft-store/gateway/message_reader.hpp"
#include "raft-store/mvcc/command.hpp"
#include "storage/codec.hpp"

/// The bodies of the store's calls. The first byte chooses the form and the message. What decodes, encodes to
/// what decodes to the same; what refuses a request does so without harm.
namespace {

namespace wire = storage::wire;

template <class M>
void check_request(const M&) {}
void check_request(const wire::RangeRequest& request) {
  base::ignore_error(raft_store::mvcc::check(request));
}
void check_request(const wire::PutRequest& request) {
  base::ignore_error(raft_store::mvcc::check(request));
}
void check_request(const wire::TxnRequest& request) {
  base::ignore_error(raft_store::mvcc::check(request));
  if (raft_store::mvcc::is_read_only(request)) (void)raft_store::mvcc::is_serializable(request);
}

template <class M>
void check_message(const base::Result<M>& message) {
  if (!message) return;
  check_request(*message);
  const std::string proto = wire::encode_proto(*message);
  const auto from_proto = wire::decode_proto<M>(proto);
  COX_ASSERT(from_proto && wire::encode_proto(*from_proto) == proto, "protobuf goes there and back");
  const std::string json = wire::encode_json(*message);
  if (!base::is_valid_utf8(json)) return;  // A text of protobuf that was none.
  const auto from_json = wire::decode_json<M>(json);
  if (!from_json) return;  // A number that is no value of its enum.
  COX_ASSERT(wire::encode_json(*from_json) == json, "JSON goes there and back");
}

template <class M>
void decode_one(bool json, std::string_view bytes) {
  check_message(json ? wire::decode_json<M>(bytes, wire::UnknownFields::ignore)
                     : wire::decode_proto<M>(bytes));
}

/// A stream's pieces, cut as the bytes say.
template <class Reader>
void read_stream(Reader reader, std::string_view bytes) {
  while (!bytes.empty()) {
    const std::size_t size =
        std::min<std::size_t>(1 + static_cast<unsigned char>(bytes[0]) % 32, bytes.size());
    reader.feed(bytes.substr(0, size));
    bytes.remove_prefix(size);
    for (;;) {
      const auto message = reader.next();
      if (!message) return;
      if (!*message) break;
      COX_ASSERT((*message)->size() <= 4096, "no message is larger than the limit");
    }
  }
}

void decode_as(unsigned kind, bool json, std::string_view bytes) {
  unsigned at = 0;
#define COX_DECODE(M) \
  if (kind == at++) return decode_one<wire::M>(json, bytes);
  COX_STORAGE_MESSAGES(COX_DECODE)
#undef COX_DECODE
  if (json)
    read_stream(raft_store::gateway::JsonSplitter(4096), bytes);
  else
    read_stream(wire::FrameReader(4096), bytes);
}

unsigned kinds() {
  unsigned n = 1;  // The stream.
#define COX_COUNT(M) ++n;
  COX_STORAGE_MESSAGES(COX_COUNT)
#undef COX_COUNT
  return n;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  decode_as(data[0] / 2 % kinds(), data[0] % 2 == 1, bytes);
  return 0;
}
