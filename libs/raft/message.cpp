#include "raft/message.hpp"
#include <utility>
#include "raft/codec.hpp"

namespace raft {
namespace {

constexpr std::uint8_t kVersion = 1;

void write(codec::Writer& out, const EntryId& id) {
  out.u64(id.term.value);
  out.u64(id.index.value);
}
EntryId read_id(codec::Reader& in) {
  const Term term(in.u64());
  return {term, Index(in.u64())};
}

void write(codec::Writer& out, const RequestVote& b) {
  write(out, b.last);
  out.u8(b.pre);
  out.u8(b.transfer);
}
void write(codec::Writer& out, const VoteResponse& b) {
  out.u8(b.granted);
  out.u8(b.pre);
}
void write(codec::Writer& out, const AppendEntries& b) {
  write(out, b.previous);
  out.u64(b.commit.value);
  out.u32(static_cast<std::uint32_t>(b.entries.size()));
  for (const Entry& entry : b.entries) {
    out.u64(entry.id.term.value);
    out.u8(static_cast<std::uint8_t>(entry.kind));
    out.bytes(*entry.data);
  }
}
void write(codec::Writer& out, const AppendResponse& b) {
  out.u64(b.index.value);
  out.u8(b.rejected);
  write(out, b.hint);
}
void write(codec::Writer& out, const Heartbeat& b) {
  out.u64(b.commit.value);
  out.u64(b.read);
}
void write(codec::Writer& out, const HeartbeatResponse& b) {
  out.u64(b.read);
}
void write(codec::Writer& out, const InstallSnapshot& b) {
  write(out, b.meta.id);
  out.bytes(encode_membership(b.meta.membership));
}
void write(codec::Writer& out, const Propose& b) {
  out.u32(static_cast<std::uint32_t>(b.commands.size()));
  for (const Data& data : b.commands)
    out.bytes(*data);
}
void write(codec::Writer& out, const ReadIndex& b) {
  out.u64(b.context);
}
void write(codec::Writer& out, const ReadIndexResponse& b) {
  out.u64(b.context);
  out.u64(b.index.value);
}
void write(codec::Writer&, const TimeoutNow&) {}

bool read(codec::Reader& in, RequestVote& b) {
  b.last = read_id(in);
  b.pre = in.u8() != 0;
  b.transfer = in.u8() != 0;
  return true;
}
bool read(codec::Reader& in, VoteResponse& b) {
  b.granted = in.u8() != 0;
  b.pre = in.u8() != 0;
  return true;
}
bool read(codec::Reader& in, AppendEntries& b) {
  b.previous = read_id(in);
  b.commit = Index(in.u64());
  EntryId id = b.previous;
  for (std::uint32_t n = in.count(13); n > 0; --n) {
    const Term term(in.u64());
    const std::uint8_t kind = in.u8();
    // Terms of a log never fall, and its entries follow each other (§5.3).
    if (term < id.term || kind > static_cast<std::uint8_t>(EntryKind::empty)) return false;
    id = {term, id.index + 1};
    b.entries.push_back({id, static_cast<EntryKind>(kind), make_data(std::string(in.bytes()))});
    if (b.entries.back().kind == EntryKind::membership && !decode_membership(*b.entries.back().data))
      return false;
  }
  return true;
}
bool read(codec::Reader& in, AppendResponse& b) {
  b.index = Index(in.u64());
  b.rejected = in.u8() != 0;
  b.hint = read_id(in);
  return true;
}
bool read(codec::Reader& in, Heartbeat& b) {
  b.commit = Index(in.u64());
  b.read = in.u64();
  return true;
}
bool read(codec::Reader& in, HeartbeatResponse& b) {
  b.read = in.u64();
  return true;
}
bool read(codec::Reader& in, InstallSnapshot& b) {
  b.meta.id = read_id(in);
  base::Result<Membership> membership = decode_membership(in.bytes());
  if (!membership) return false;
  b.meta.membership = std::move(*membership);
  return true;
}
bool read(codec::Reader& in, Propose& b) {
  for (std::uint32_t n = in.count(4); n > 0; --n)
    b.commands.push_back(make_data(std::string(in.bytes())));
  return true;
}
bool read(codec::Reader& in, ReadIndex& b) {
  b.context = in.u64();
  return true;
}
bool read(codec::Reader& in, ReadIndexResponse& b) {
  b.context = in.u64();
  b.index = Index(in.u64());
  return true;
}
bool read(codec::Reader&, TimeoutNow&) {
  return true;
}

/// Makes the alternative number `kind` of Body and reads it; false if there is none or it is wrong.
template <std::size_t I = 0>
bool read_body(codec::Reader& in, std::size_t kind, Body& body) {
  if constexpr (I == std::variant_size_v<Body>) {
    return false;
  } else {
    if (kind != I) return read_body<I + 1>(in, kind, body);
    return read(in, body.emplace<I>());
  }
}

}  // namespace

std::string encode_message(const Message& message) {
  codec::Writer out;
  out.u8(kVersion);
  out.u8(static_cast<std::uint8_t>(message.body.index()));
  out.u64(message.from.value);
  out.u64(message.to.value);
  out.u64(message.term.value);
  std::visit([&](const auto& body) { write(out, body); }, message.body);
  return out.take();
}

base::Result<Message> decode_message(std::string_view bytes) {
  codec::Reader in(bytes);
  if (in.u8() != kVersion) return base::Error(base::Errc::unsupported, "a Raft message of another version");
  const std::size_t kind = in.u8();
  Message message;
  message.from = NodeId(in.u64());
  message.to = NodeId(in.u64());
  message.term = Term(in.u64());
  if (!read_body(in, kind, message.body) || !in.done())
    return base::Error(base::Errc::corrupt, "a Raft message that cannot be decoded");
  return message;
}

}  // namespace raft
