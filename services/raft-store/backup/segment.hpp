#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <vector>
#include "base/clock.hpp"
#include "raft-store/backup/section.hpp"
#include "raft-store/replication/log_store.hpp"
#include "storage/store.hpp"

/// Segments of the archived log, format 1: the commands a member applied, in the log's order. Everything
/// blocks.
///
///   preamble "COXSTLOG"   section.hpp
///   header                which cluster, and after which index it begins
///   frame ...             the commands of a stretch of the log
///   seal                  where it ends; only if it was closed in order
namespace raft_store::backup {

using replication::LoggedCommand;
using storage::Revision;

inline constexpr std::string_view kSegmentMagic = "COXSTLOG";
inline constexpr std::uint32_t kSegmentFormat = 1;

/// A place in the log and the revision of the store there.
struct LogPoint {
  raft::Index index;
  Revision revision = 0;
  friend bool operator==(const LogPoint&, const LogPoint&) = default;
};

struct SegmentHeader {
  std::uint64_t cluster_id = 0;
  LogPoint after;
  base::SystemTime created{};
  friend bool operator==(const SegmentHeader&, const SegmentHeader&) = default;
};

/// All commands with an index in (after.index, upto.index]. An index without a command held none for the
/// state machine.
struct Frame {
  LogPoint after, upto;
  base::SystemTime applied{};
  std::vector<LoggedCommand> commands;
};

class SegmentWriter {
 public:
  /// A new file. Errors: those of OutputFile.
  static base::Result<SegmentWriter> create(const std::filesystem::path& path, const SegmentHeader& header);
  /// `frame.after.index` is where the last one ended. After an error nothing more is appended: what is there
  /// may end in a torn frame.
  base::Result<void> append(const Frame& frame);
  base::Result<void> sync() { return file_.sync(); }
  /// Ends it in order, synced.
  base::Result<void> seal();
  const LogPoint& begin() const noexcept { return begin_; }
  const LogPoint& end() const noexcept { return end_; }
  std::uint64_t size() const noexcept { return file_.size(); }

 private:
  SegmentWriter(OutputFile file, LogPoint begin) : file_(std::move(file)), begin_(begin), end_(begin) {}
  OutputFile file_;
  LogPoint begin_, end_;
};

class SegmentReader {
 public:
  /// Errors: corrupt, unsupported, not_found.
  static base::Result<SegmentReader> open(const std::filesystem::path& path);
  const SegmentHeader& header() const noexcept { return header_; }
  /// The next frame; nothing at the seal, at the end, or where a crash tore the last frame. Error: corrupt
  /// (damage before the end; frames that do not follow each other).
  base::Result<std::optional<Frame>> next();
  std::uint64_t position() const noexcept { return file_.position(); }
  bool sealed() const noexcept { return sealed_; }  ///< After the end.
  bool torn() const noexcept { return torn_; }      ///< After the end.

 private:
  SegmentReader(InputFile file) : file_(std::move(file)) {}
  base::Result<void> begin();
  base::Error damaged(const std::string& what) const;
  InputFile file_;
  SegmentHeader header_;
  LogPoint end_;
  bool must_be_sealed_ = false, sealed_ = false, torn_ = false;
};

/// What a segment covers.
struct SegmentSpan {
  SegmentHeader header;
  LogPoint end;
  base::SystemTime last_applied{};
  std::uint64_t bytes = 0;
  bool sealed = false, torn = false;
};
/// From its header and seal; one without a seal is read to its end.
base::Result<SegmentSpan> read_span(const std::filesystem::path& path);
/// Reads all of it.
base::Result<SegmentSpan> verify_segment(const std::filesystem::path& path);

}  // namespace raft_store::backup
