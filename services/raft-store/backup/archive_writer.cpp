#include "raft-store/backup/archive_writer.hpp"
#include <algorithm>
#include <iterator>
#include <utility>
#include "base/log.hpp"

namespace raft_store::backup {
namespace {

namespace fs = std::filesystem;

raft::Index index_of(const std::optional<Folder::Newest>& snapshot) {
  return snapshot ? snapshot->point.index : raft::Index(0);
}

/// The part of a frame that comes after `point`, which lies within it.
Frame rest_of(const Frame& frame, const LogPoint& point) {
  Frame rest{point, frame.upto, frame.applied, {}};
  std::copy_if(frame.commands.begin(), frame.commands.end(), std::back_inserter(rest.commands),
               [&](const LoggedCommand& command) { return command.index > point.index; });
  return rest;
}

}  // namespace

void ArchiveWriter::look_once() {
  if (std::exchange(looked_, true)) return;
  end_ = folder_.archived_before();
  if (const auto newest = folder_.newest_snapshot(); newest && !end_) end_ = newest->point;
}

base::Result<void> ArchiveWriter::write(const std::vector<Frame>& frames,
                                        const replication::Database& database) {
  look_once();
  for (const Frame& frame : frames)
    if (auto written = write_frame(frame, database); !written) return written;
  return {};
}

base::Result<void> ArchiveWriter::write_frame(const Frame& frame, const replication::Database& database) {
  if (!end_ || frame.after.index > end_->index)
    if (auto met = meet(frame, database); !met) return met;
  if (frame.upto.index <= end_->index) return {};
  return append(frame.after.index == end_->index ? frame : rest_of(frame, *end_));
}

/// Brings the end of the archive to where `frame` begins.
base::Result<void> ArchiveWriter::meet(const Frame& frame, const replication::Database& database) {
  base::Result<bool> met = false;
  if (end_) met = fill(*end_, frame, database);
  const auto newest = folder_.newest_snapshot();
  if (met && !*met && newest && newest->point.index <= frame.after.index &&
      (!end_ || newest->point.index > end_->index))
    met = fill(newest->point, frame, database);
  if (!met) return met.error();
  if (*met) return {};
  return begin_anew(frame.after);
}

/// Archives from `from` to where `next` begins out of the Raft log. False if that does not reach back so far.
base::Result<bool> ArchiveWriter::fill(LogPoint from, const Frame& next,
                                       const replication::Database& database) {
  auto commands = replication::read_commands(database, from.index, next.after.index);
  if (!commands && commands.error().is(base::Errc::expired)) return false;
  if (!commands) return commands.error();
  if (!end_ || from.index != end_->index)
    if (auto begun = begin_anew(from); !begun) return begun.error();
  if (from.index == next.after.index) return true;
  const Frame frame{from, next.after, next.applied, std::move(*commands)};
  if (auto appended = append(frame); !appended) return appended.error();
  return true;
}

base::Result<void> ArchiveWriter::begin_anew(const LogPoint& after) {
  if (end_) {
    ++gaps_;
    base::log::warning("the archived log has a gap",
                       {{"ends_at_revision", end_->revision}, {"goes_on_at_revision", after.revision}});
  }
  auto sealed = seal();
  end_ = begun_ = after;
  return sealed;
}

base::Result<void> ArchiveWriter::append(const Frame& frame) {
  const raft::Index snapshot = index_of(folder_.newest_snapshot());
  const bool full = segment_ && segment_->size() >= options_.segment_bytes_max;
  if (full || snapshot != rolled_at_)
    if (auto sealed = seal(); !sealed) return sealed;
  if (!segment_) {
    if (auto begun = begin_segment(*end_); !begun) return begun;
    rolled_at_ = snapshot;
  }
  const std::uint64_t before = segment_->size();
  if (auto appended = segment_->append(frame); !appended) {
    const bool nothing_in_it = segment_->end() == segment_->begin();
    segment_.reset();
    if (nothing_in_it) remove_file(segment_path(folder_.path(), end_->index));
    return appended;
  }
  dirty_ = true;
  bytes_ += segment_->size() - before;
  end_ = frame.upto;
  return {};
}

base::Result<void> ArchiveWriter::begin_segment(const LogPoint& after) {
  const fs::path path = segment_path(folder_.path(), after.index);
  const SegmentHeader header{folder_.cluster_id(), after, base::Clock::real().now()};
  auto segment = SegmentWriter::create(path, header);
  if (!segment && segment.error().is(base::Errc::already_exists)) {
    // Nothing that can be read goes on from here, so it is what a crash left of a beginning.
    fs::path aside = path;
    aside += ".damaged";
    if (auto renamed = rename_synced(path, aside); !renamed) return renamed;
    segment = SegmentWriter::create(path, header);
  }
  if (!segment) return segment.error();
  segment_.emplace(std::move(*segment));
  return {};
}

base::Result<void> ArchiveWriter::sync() {
  base::Result<void> synced;
  if (segment_) synced = segment_->sync();
  if (!synced) give_up_segment();
  dirty_ = false;
  return synced;
}

base::Result<void> ArchiveWriter::seal() {
  if (!segment_) return {};
  auto sealed = segment_->seal();
  if (!sealed) give_up_segment();
  segment_.reset();
  dirty_ = false;
  return sealed;
}

/// What of it is on disk is unknown: it goes on in another one, and from another snapshot.
void ArchiveWriter::give_up_segment() {
  segment_.reset();
  begun_ = end_;
}

bool ArchiveWriter::wants_snapshot() const {
  return begun_ && index_of(folder_.newest_snapshot()) < begun_->index;
}

}  // namespace raft_store::backup
