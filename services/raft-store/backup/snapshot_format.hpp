#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>
#include "base/clock.hpp"
#include "base/error.hpp"
#include "raft-store/backup/digest.hpp"
#include "raft/log.hpp"
#include "storage/store.hpp"

/// The snapshot file, format 1: what the store holds at one moment, readable and writable in one pass.
///
///   preamble "COXSTORE"   section.hpp
///   header                whose, and as of when
///   block ...             the entries of one column family, ascending; about kBlockBytes
///   trailer               how much there was
///   SHA-256               of every byte before it
///
/// The families are the state machine's (mvcc/encoding.hpp) and carry their own format number in `meta`; the
/// Raft log is not in it.
namespace raft_store::backup {

using storage::Revision;

inline constexpr std::string_view kSnapshotMagic = "COXSTORE";
inline constexpr std::uint32_t kSnapshotFormat = 1;
inline constexpr std::size_t kBlockBytes = 256 << 10;
inline constexpr std::uint8_t kHeaderSection = 1, kBlockSection = 2, kTrailerSection = 3;

struct SnapshotHeader {
  std::uint64_t cluster_id = 0, member_id = 0;
  Revision revision = 0, compacted = 0;
  raft::EntryId applied;  ///< Every command up to it is in the data.
  base::SystemTime created{};
  std::vector<std::string> families;
  std::string written_by;  ///< The program's version.
  friend bool operator==(const SnapshotHeader&, const SnapshotHeader&) = default;
};
std::string encode(const SnapshotHeader& header);
/// Error: corrupt.
base::Result<SnapshotHeader> decode_snapshot_header(std::string_view payload);

struct SnapshotTrailer {
  std::uint64_t keys = 0;     ///< Alive at the revision.
  std::uint64_t entries = 0;  ///< Of all families.
  std::uint64_t bytes = 0;    ///< Of the file before the trailer.
  friend bool operator==(const SnapshotTrailer&, const SnapshotTrailer&) = default;
};
inline constexpr std::size_t kTrailerBytes = 24;  ///< Encoded.
std::string encode(const SnapshotTrailer& trailer);
base::Result<SnapshotTrailer> decode_snapshot_trailer(std::string_view payload);

/// Collects the entries of one family.
class BlockBuilder {
 public:
  void begin(std::uint8_t family);  ///< Its place in the header's list.
  void add(std::string_view key, std::string_view value);
  bool empty() const noexcept { return entries_ == 0; }
  std::size_t size() const noexcept { return payload_.size(); }
  std::uint64_t entries() const noexcept { return entries_; }
  const std::string& payload() const noexcept { return payload_; }

 private:
  std::string payload_;
  std::uint64_t entries_ = 0;
};
/// Calls `visit` for each entry; they point into `payload`. Returns the family. Error: corrupt.
base::Result<std::uint8_t> read_block(std::string_view payload,
                                      const std::function<void(std::string_view, std::string_view)>& visit);

/// The pieces of a file one after the other; keeps the digest and the counts.
class SnapshotEncoder {
 public:
  std::string begin(const SnapshotHeader& header);
  std::string block(const BlockBuilder& block, bool alive);  ///< `alive`: its entries are keys alive.
  /// Trailer and digest.
  std::string finish();
  const SnapshotTrailer& so_far() const noexcept { return trailer_; }

 private:
  std::string emit(std::string bytes);
  Digest digest_;
  SnapshotTrailer trailer_;
};

}  // namespace raft_store::backup
