#include "raft-store/backup/restore.hpp"
#include "raft-store/backup/loading.hpp"

namespace raft_store::backup {
namespace {

namespace fs = std::filesystem;

/// How far two phases are together: the snapshot first, then the segments.
class Total {
 public:
  Total(const Progress& progress, std::uint64_t total) : progress_(progress), total_(total) {}
  bool at(std::uint64_t done) const { return !progress_ || progress_(before_ + done, total_); }
  void end_phase(std::uint64_t bytes) { before_ += bytes; }

 private:
  const Progress& progress_;
  std::uint64_t total_, before_ = 0;
};

/// True when the revision is reached.
base::Result<bool> replay_segment(Loading& loading, const StoredSegment& segment, Revision revision,
                                  const Total& total) {
  auto reader = SegmentReader::open(segment.path);
  if (!reader) return reader.error();
  for (;;) {
    const auto frame = reader->next();
    if (!frame) return frame.error();
    if (!*frame) return false;
    const auto reached = loading.replay(**frame, revision);
    if (!reached || *reached) return reached;
    if (!total.at(reader->position())) return base::Error(base::Errc::cancelled, "restore: stopped");
  }
}

base::Result<void> replay(Loading& loading, const RecoveryPlan& plan, Revision revision, Total& total) {
  for (const StoredSegment& segment : plan.segments) {
    const auto reached = replay_segment(loading, segment, revision, total);
    if (!reached) return reached.error();
    if (*reached) break;
    total.end_phase(segment.span.bytes);
  }
  if (loading.revision() == revision) return {};
  return base::Error(base::Errc::corrupt, "restore: the archived log does not lead to revision " +
                                              std::to_string(revision) + " but to " +
                                              std::to_string(loading.revision()));
}

base::Result<Restored> run(const RecoveryPlan& plan, std::optional<Revision> revision,
                           const RestoreOptions& options, const Progress& progress) {
  const auto member = plan_member(options);
  if (!member) return member.error();
  auto snapshot = SnapshotReader::open(plan.snapshot.path,
                                       options.skip_hash_check ? DigestCheck::skip : DigestCheck::demand);
  if (!snapshot) return snapshot.error();
  auto loading = Loading::begin(member->data_dir);
  if (!loading) return loading.error();
  std::uint64_t bytes = snapshot->summary().file_bytes;
  for (const StoredSegment& segment : plan.segments)
    bytes += segment.span.bytes;
  Total total(progress, bytes);
  const Progress loaded = [&](std::uint64_t done, std::uint64_t) { return total.at(done); };
  if (auto done = (*loading)->load(*snapshot, loaded); !done) return done.error();
  total.end_phase(snapshot->summary().file_bytes);
  if (revision)
    if (auto done = replay(**loading, plan, *revision, total); !done) return done.error();
  const auto reached = (*loading)->finish(*member, options.bump_revision);
  if (!reached) return reached.error();
  return Restored{member->data_dir,       snapshot->header(),          *reached,
                  (*loading)->commands(), member->identity.cluster_id, member->identity.id.value};
}

}  // namespace

base::Result<Restored> restore_snapshot(const fs::path& snapshot, const RestoreOptions& options,
                                        const Progress& progress) {
  return run({{snapshot, {}, {}}, {}}, {}, options, progress);
}

base::Result<Restored> restore_revision(const Catalog& catalog, Revision revision,
                                        const RestoreOptions& options, const Progress& progress) {
  const auto plan = plan_recovery(catalog, revision);
  if (!plan) return plan.error();
  return run(*plan, revision, options, progress);
}

}  // namespace raft_store::backup
