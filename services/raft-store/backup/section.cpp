#include "raft-store/backup/section.hpp"
#include <zlib.h>
#include <algorithm>
#include "base/assert.hpp"
#include "raft/codec.hpp"

namespace raft_store::backup {
namespace {

using raft::codec::Reader;
using raft::codec::Writer;

std::uint32_t add_crc(std::uint32_t crc, std::string_view bytes) {
  return static_cast<std::uint32_t>(
      crc32_z(crc, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size()));
}

base::Error damaged(const InputFile& file, const std::string& what) {
  return {base::Errc::corrupt, file.path().string() + ": " + what};
}

/// From `begin` to its end the file holds nothing but zeros: space that was given out and not written.
base::Result<bool> zeros_from(InputFile& file, std::uint64_t begin) {
  constexpr std::uint64_t kStep = 1 << 20;
  file.seek(begin);
  for (;;) {
    const auto piece = file.read(kStep);
    if (!piece) return piece.error();
    if (piece->empty()) return true;
    if (piece->find_first_not_of('\0') != std::string::npos) return false;
  }
}

}  // namespace

std::string preamble(std::string_view magic, std::uint32_t format) {
  COX_ASSERT(magic.size() + 4 == kPreambleBytes, "a magic has eight bytes");
  Writer out;
  out.u32(format);
  return std::string(magic) + out.take();
}

std::string section(std::uint8_t kind, std::string_view payload) {
  Writer out;
  out.reserve(payload.size() + kSectionFrameBytes);
  out.u8(kind);
  out.bytes(payload);
  std::string bytes = out.take();
  Writer crc;
  crc.u32(add_crc(0, bytes));
  return bytes.append(crc.take());
}

base::Result<std::string> read_preamble(InputFile& file, std::string_view magic, std::uint32_t format) {
  auto bytes = file.read(kPreambleBytes);
  if (!bytes) return bytes.error();
  if (bytes->size() < kPreambleBytes || !bytes->starts_with(magic))
    return damaged(file, "not such a file (its first bytes are others)");
  Reader in(std::string_view(*bytes).substr(magic.size()));
  const std::uint32_t found = in.u32();
  if (found == format) return bytes;
  return base::Error(base::Errc::unsupported, file.path().string() + ": format " + std::to_string(found) +
                                                  ", this program knows " + std::to_string(format) +
                                                  ": use the version that wrote it, or newer");
}

base::Result<NextSection> read_section(InputFile& file) {
  const std::uint64_t begin = file.position();
  auto head = file.read(5);
  if (!head) return head.error();
  if (head->empty()) return NextSection{};
  if (head->size() < 5) return NextSection{{}, true};
  Reader in(*head);
  Section found;
  found.kind = in.u8();
  const std::uint64_t length = in.u32();
  const bool whole = length <= kSectionBytesMax && file.size() - file.position() >= length + 4;
  if (whole) {
    auto payload = file.read(length);
    if (!payload) return payload.error();
    auto crc = file.read(4);
    if (!crc) return crc.error();
    if (payload->size() == length && crc->size() == 4 &&
        Reader(*crc).u32() == add_crc(add_crc(0, *head), *payload)) {
      found.payload = std::move(*payload);
      found.bytes_before = std::move(*head);
      found.bytes_after = std::move(*crc);
      return NextSection{std::move(found), false};
    }
  }
  // A tail that was not written in full runs to the end of the file; anything else is damage.
  const bool at_end = file.position() >= file.size() || (!whole && length <= kSectionBytesMax);
  const auto zeros = zeros_from(file, begin);
  if (!zeros) return zeros.error();
  if (at_end || *zeros) return NextSection{{}, true};
  return damaged(file, "damaged at byte " + std::to_string(begin) + " (wrong checksum)");
}

}  // namespace raft_store::backup
