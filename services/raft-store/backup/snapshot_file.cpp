#include "raft-store/backup/snapshot_file.hpp"
#include "raft-store/mvcc/encoding.hpp"

namespace raft_store::backup {
namespace {

namespace fs = std::filesystem;
constexpr std::size_t kTailBytes = kSectionFrameBytes + kTrailerBytes + kDigestBytes;

base::Error stopped() {
  return {base::Errc::cancelled, "the snapshot was not finished"};
}

base::Result<void> write_all(SnapshotSource& source, OutputFile& file, const Progress& progress) {
  for (;;) {
    const auto piece = source.next();
    if (!piece) return piece.error();
    if (piece->empty()) break;
    if (auto written = file.append(*piece); !written) return written;
    if (progress && !progress(file.size(), file.size() + source.remaining())) return stopped();
  }
  auto synced = file.sync();
  if (synced) file.drop_cache();
  return synced;
}

base::Result<SnapshotSummary> write_and_verify(SnapshotSource& source, const fs::path& path,
                                               const Progress& progress) {
  auto file = OutputFile::create(path);
  if (!file) return file.error();
  if (auto written = write_all(source, *file, progress); !written) return written.error();
  auto summary = verify_snapshot(
      path, [&](std::uint64_t, std::uint64_t) { return !progress || progress(file->size(), file->size()); });
  if (summary && summary->header != source.header())
    return base::Error(base::Errc::corrupt, path.string() + ": read back, its header is another");
  return summary;
}

}  // namespace

base::Error SnapshotReader::damaged(const std::string& what) const {
  return {base::Errc::corrupt, file_.path().string() + ": " + what};
}

base::Result<SnapshotReader> SnapshotReader::open(const fs::path& path, DigestCheck check) {
  auto file = InputFile::open(path);
  if (!file) return file.error();
  SnapshotReader reader(std::move(*file), check);
  if (auto begun = reader.begin(); !begun) return begun.error();
  return reader;
}

base::Result<void> SnapshotReader::begin() {
  summary_.file_bytes = file_.size();
  const auto beginning = read_preamble(file_, kSnapshotMagic, kSnapshotFormat);
  if (!beginning) return beginning.error();
  digest_.add(*beginning);
  const auto section = next_section();
  if (!section) return section.error();
  if (section->kind != kHeaderSection) return damaged("it does not begin with a header");
  auto header = decode_snapshot_header(section->payload);
  if (!header) return std::move(header.error()).prepend(file_.path().string());
  summary_.header = std::move(*header);
  return {};
}

base::Result<Section> SnapshotReader::next_section() {
  auto next = read_section(file_);
  if (!next) return next.error();
  if (!next->section)
    return damaged("cut short or damaged at its end, at byte " + std::to_string(file_.size()));
  if (check_ == DigestCheck::demand)
    for (const std::string* bytes :
         {&next->section->bytes_before, &next->section->payload, &next->section->bytes_after})
      digest_.add(*bytes);
  return std::move(*next->section);
}

base::Result<std::optional<std::string>> SnapshotReader::next() {
  auto section = next_section();
  if (!section) return section.error();
  if (section->kind == kTrailerSection) {
    if (auto ended = end(*section); !ended) return ended.error();
    return std::optional<std::string>();
  }
  if (section->kind != kBlockSection) return damaged("a section of an unknown kind");
  std::uint64_t entries = 0;
  const auto family = read_block(section->payload, [&](std::string_view, std::string_view) { ++entries; });
  if (!family) return damaged(family.error().message);
  if (*family >= header().families.size()) return damaged("a block of an unknown family");
  entries_ += entries;
  if (header().families[*family] == mvcc::encoding::kIndex) keys_ += entries;
  return std::optional<std::string>(std::move(section->payload));
}

base::Result<void> SnapshotReader::end(const Section& section) {
  const std::uint64_t before = file_.position() - kSectionFrameBytes - section.payload.size();
  const auto trailer = decode_snapshot_trailer(section.payload);
  if (!trailer) return damaged(trailer.error().message);
  if (*trailer != SnapshotTrailer{keys_, entries_, before})
    return damaged("it does not hold what its end says");
  summary_.trailer = *trailer;
  auto stored = file_.read(kDigestBytes + 1);
  if (!stored) return stored.error();
  if (check_ == DigestCheck::skip) return {};
  if (stored->size() < kDigestBytes)
    return damaged("cut short: the SHA-256 at its end is missing (--skip-hash-check goes on without)");
  if (*stored != digest_.finish()) return damaged("its SHA-256 does not match");
  summary_.digest = std::move(*stored);
  return {};
}

base::Result<SnapshotSummary> read_summary(const fs::path& path) {
  auto reader = SnapshotReader::open(path);
  if (!reader) return reader.error();
  SnapshotSummary summary = reader->summary();
  auto file = InputFile::open(path);
  if (!file) return file.error();
  const auto cut = [&] { return base::Error(base::Errc::corrupt, path.string() + ": cut short"); };
  if (file->size() < kTailBytes) return cut();
  file->seek(file->size() - kTailBytes);
  const auto section = read_section(*file);
  // A tail that is no section looks as torn as it is damaged.
  if (!section || !section->section || section->section->kind != kTrailerSection) return cut();
  const auto trailer = decode_snapshot_trailer(section->section->payload);
  if (!trailer) return cut();
  summary.trailer = *trailer;
  auto digest = file->read(kDigestBytes);
  if (!digest) return digest.error();
  summary.digest = std::move(*digest);
  return summary;
}

base::Result<SnapshotSummary> verify_snapshot(const fs::path& path, const Progress& progress) {
  auto reader = SnapshotReader::open(path);
  if (!reader) return reader.error();
  for (;;) {
    const auto block = reader->next();
    if (!block) return block.error();
    if (!*block) return reader->summary();
    if (progress && !progress(reader->position(), reader->summary().file_bytes)) return stopped();
  }
}

base::Result<SnapshotSummary> save_snapshot(SnapshotSource& source, const fs::path& path,
                                            const Progress& progress) {
  fs::path partial = path;
  partial += kPartial;
  remove_file(partial);  // Of an earlier run that was killed.
  auto summary = write_and_verify(source, partial, progress);
  if (summary) {
    if (auto renamed = rename_synced(partial, path); !renamed) summary = renamed.error();
  }
  if (!summary) remove_file(partial);
  return summary;
}

}  // namespace raft_store::backup
