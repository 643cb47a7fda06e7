#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include "raft-store/backup/file.hpp"

/// What snapshot files and archive segments are made of: a magic and a format number, then sections.
/// A section: u8 kind, u32 length, payload, u32 CRC-32 of all of it; little-endian.
namespace raft_store::backup {

inline constexpr std::size_t kPreambleBytes = 12, kSectionFrameBytes = 9;
/// Room for the largest request a store takes (--max-request-bytes) with what surrounds it; a longer section
/// is damage.
inline constexpr std::uint64_t kSectionBytesMax = (std::uint64_t{1} << 30) + (16 << 20);

std::string preamble(std::string_view magic, std::uint32_t format);
std::string section(std::uint8_t kind, std::string_view payload);

struct Section {
  std::uint8_t kind = 0;
  std::string payload;
  std::string bytes_before;  ///< Kind and length as read, and
  std::string bytes_after;   ///< the CRC: for a digest of the whole file.
};

/// What comes next in a file.
struct NextSection {
  std::optional<Section> section;
  /// Without a section: false at the exact end of the file; true if what is left is no whole section, as a
  /// crash in the middle of a write leaves it.
  bool torn = false;
};

/// Checks the beginning. Errors: corrupt (another kind of file), unsupported (a newer format).
base::Result<std::string> read_preamble(InputFile& file, std::string_view magic, std::uint32_t format);
/// Error: corrupt, with the position, if a section is damaged and more follows it.
base::Result<NextSection> read_section(InputFile& file);

}  // namespace raft_store::backup
