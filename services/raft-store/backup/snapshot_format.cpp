#include "raft-store/backup/snapshot_format.hpp"
#include "raft-store/backup/section.hpp"
#include "raft/codec.hpp"

namespace raft_store::backup {
namespace {

using raft::codec::Reader;
using raft::codec::Writer;
constexpr std::uint32_t kFamiliesMax = 64;

base::Error corrupt(const char* what) {
  return {base::Errc::corrupt, std::string(what) + " that cannot be decoded"};
}

}  // namespace

std::string encode(const SnapshotHeader& header) {
  Writer out;
  out.u64(header.cluster_id);
  out.u64(header.member_id);
  out.u64(static_cast<std::uint64_t>(header.revision));
  out.u64(static_cast<std::uint64_t>(header.compacted));
  out.u64(header.applied.term.value);
  out.u64(header.applied.index.value);
  out.u64(static_cast<std::uint64_t>(header.created.time_since_epoch().count()));
  out.u32(static_cast<std::uint32_t>(header.families.size()));
  for (const std::string& family : header.families)
    out.bytes(family);
  out.bytes(header.written_by);
  return out.take();
}

base::Result<SnapshotHeader> decode_snapshot_header(std::string_view payload) {
  Reader in(payload);
  SnapshotHeader header;
  header.cluster_id = in.u64();
  header.member_id = in.u64();
  header.revision = static_cast<Revision>(in.u64());
  header.compacted = static_cast<Revision>(in.u64());
  header.applied.term = raft::Term(in.u64());
  header.applied.index = raft::Index(in.u64());
  header.created = base::SystemTime(std::chrono::nanoseconds(in.u64()));
  const std::uint32_t families = in.count(4);
  if (families > kFamiliesMax) return corrupt("a header");
  for (std::uint32_t i = 0; i < families; ++i)
    header.families.emplace_back(in.bytes());
  header.written_by = std::string(in.bytes());
  if (!in.done()) return corrupt("a header");
  return header;
}

std::string encode(const SnapshotTrailer& trailer) {
  Writer out;
  out.u64(trailer.keys);
  out.u64(trailer.entries);
  out.u64(trailer.bytes);
  return out.take();
}

base::Result<SnapshotTrailer> decode_snapshot_trailer(std::string_view payload) {
  Reader in(payload);
  SnapshotTrailer trailer;
  trailer.keys = in.u64();
  trailer.entries = in.u64();
  trailer.bytes = in.u64();
  if (!in.done()) return corrupt("a trailer");
  return trailer;
}

void BlockBuilder::begin(std::uint8_t family) {
  payload_.assign(1, static_cast<char>(family));
  entries_ = 0;
}

void BlockBuilder::add(std::string_view key, std::string_view value) {
  Writer out;
  out.reserve(key.size() + value.size() + 8);
  out.bytes(key);
  out.bytes(value);
  payload_ += out.take();
  ++entries_;
}

base::Result<std::uint8_t> read_block(std::string_view payload,
                                      const std::function<void(std::string_view, std::string_view)>& visit) {
  Reader in(payload);
  const std::uint8_t family = in.u8();
  while (in.ok() && !in.done()) {
    const std::string_view key = in.bytes(), value = in.bytes();
    if (in.ok()) visit(key, value);
  }
  if (!in.ok()) return corrupt("a block");
  return family;
}

std::string SnapshotEncoder::emit(std::string bytes) {
  digest_.add(bytes);
  trailer_.bytes += bytes.size();
  return bytes;
}

std::string SnapshotEncoder::begin(const SnapshotHeader& header) {
  return emit(preamble(kSnapshotMagic, kSnapshotFormat) + section(kHeaderSection, encode(header)));
}

std::string SnapshotEncoder::block(const BlockBuilder& block, bool alive) {
  trailer_.entries += block.entries();
  if (alive) trailer_.keys += block.entries();
  return emit(section(kBlockSection, block.payload()));
}

std::string SnapshotEncoder::finish() {
  std::string bytes = emit(section(kTrailerSection, encode(SnapshotTrailer(trailer_))));
  return bytes.append(digest_.finish());
}

}  // namespace raft_store::backup
