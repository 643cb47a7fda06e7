#include "raft-store/backup/segment.hpp"
#include "base/assert.hpp"
#include "raft/codec.hpp"

namespace raft_store::backup {
namespace {

namespace fs = std::filesystem;
using raft::codec::Reader;
using raft::codec::Writer;

constexpr std::uint8_t kHeaderSection = 1, kFrameSection = 2, kSealSection = 3;
constexpr std::size_t kSealBytes = 24, kSealSectionBytes = kSealBytes + kSectionFrameBytes;

void write(Writer& out, const LogPoint& point) {
  out.u64(point.index.value);
  out.u64(static_cast<std::uint64_t>(point.revision));
}

LogPoint read_point(Reader& in) {
  LogPoint point;
  point.index = raft::Index(in.u64());
  point.revision = static_cast<Revision>(in.u64());
  return point;
}

void write(Writer& out, base::SystemTime time) {
  out.u64(static_cast<std::uint64_t>(time.time_since_epoch().count()));
}

base::SystemTime read_time(Reader& in) {
  return base::SystemTime(std::chrono::nanoseconds(in.u64()));
}

std::string encode(const Frame& frame) {
  Writer out;
  std::size_t bytes = 64;
  for (const LoggedCommand& command : frame.commands)
    bytes += command.data.size() + 12;
  out.reserve(bytes);
  write(out, frame.after);
  write(out, frame.upto);
  write(out, frame.applied);
  out.u32(static_cast<std::uint32_t>(frame.commands.size()));
  for (const LoggedCommand& command : frame.commands) {
    out.u64(command.index.value);
    out.bytes(command.data);
  }
  return out.take();
}

/// False if it is not one.
bool decode(std::string_view payload, Frame& frame) {
  Reader in(payload);
  frame.after = read_point(in);
  frame.upto = read_point(in);
  frame.applied = read_time(in);
  const std::uint32_t commands = in.count(12);
  frame.commands.reserve(commands);
  raft::Index last = frame.after.index;
  for (std::uint32_t i = 0; i < commands && in.ok(); ++i) {
    const raft::Index index(in.u64());
    frame.commands.push_back({index, std::string(in.bytes())});
    if (index <= last || index > frame.upto.index) return false;
    last = index;
  }
  return in.done() && frame.upto.index > frame.after.index && frame.upto.revision >= frame.after.revision;
}

struct Seal {
  LogPoint end;
  base::SystemTime created{};
};

bool decode(std::string_view payload, Seal& seal) {
  Reader in(payload);
  seal.end = read_point(in);
  seal.created = read_time(in);
  return in.done();
}

/// The seal, if the file ends in one.
base::Result<std::optional<Seal>> find_seal(InputFile& file) {
  Seal seal;
  if (file.size() < kPreambleBytes + kSealSectionBytes) return std::optional<Seal>();
  file.seek(file.size() - kSealSectionBytes);
  const auto last = read_section(file);
  if (!last && !last.error().is(base::Errc::corrupt)) return last.error();
  const bool found =
      last && last->section && last->section->kind == kSealSection && decode(last->section->payload, seal);
  if (!found) return std::optional<Seal>();
  return std::optional<Seal>(seal);
}

base::Result<SegmentSpan> read_frames(SegmentReader& reader, std::uint64_t bytes) {
  SegmentSpan span{reader.header(), reader.header().after, reader.header().created, bytes};
  for (;;) {
    const auto frame = reader.next();
    if (!frame) return frame.error();
    if (!*frame) break;
    span.end = (*frame)->upto;
    span.last_applied = (*frame)->applied;
  }
  span.sealed = reader.sealed();
  span.torn = reader.torn();
  return span;
}

}  // namespace

base::Result<SegmentWriter> SegmentWriter::create(const fs::path& path, const SegmentHeader& header) {
  auto file = OutputFile::create(path);
  if (!file) return file.error();
  Writer out;
  out.u64(header.cluster_id);
  write(out, header.after);
  write(out, header.created);
  const std::string beginning = preamble(kSegmentMagic, kSegmentFormat) + section(kHeaderSection, out.take());
  if (auto written = file->append(beginning); !written) {
    remove_file(path);
    return written.error();
  }
  if (auto synced = sync_directory(path.parent_path()); !synced) return synced.error();
  return SegmentWriter(std::move(*file), header.after);
}

base::Result<void> SegmentWriter::append(const Frame& frame) {
  COX_ASSERT(frame.after.index == end_.index, "frames follow each other");
  auto written = file_.append(section(kFrameSection, encode(frame)));
  if (written) end_ = frame.upto;
  return written;
}

base::Result<void> SegmentWriter::seal() {
  Writer out;
  write(out, end_);
  write(out, base::Clock::real().now());
  if (auto written = file_.append(section(kSealSection, out.take())); !written) return written;
  return file_.sync();
}

base::Error SegmentReader::damaged(const std::string& what) const {
  return {base::Errc::corrupt, file_.path().string() + ": " + what};
}

base::Result<SegmentReader> SegmentReader::open(const fs::path& path) {
  auto file = InputFile::open(path);
  if (!file) return file.error();
  SegmentReader reader(std::move(*file));
  if (auto begun = reader.begin(); !begun) return begun.error();
  return reader;
}

base::Result<void> SegmentReader::begin() {
  const auto seal = find_seal(file_);
  if (!seal) return seal.error();
  must_be_sealed_ = seal->has_value();
  file_.seek(0);
  const auto beginning = read_preamble(file_, kSegmentMagic, kSegmentFormat);
  if (!beginning) return beginning.error();
  const auto section = read_section(file_);
  if (!section) return section.error();
  if (!section->section || section->section->kind != kHeaderSection)
    return damaged("it does not begin with a header");
  Reader in(section->section->payload);
  header_.cluster_id = in.u64();
  header_.after = read_point(in);
  header_.created = read_time(in);
  if (!in.done()) return damaged("a header that cannot be decoded");
  end_ = header_.after;
  return {};
}

base::Result<std::optional<Frame>> SegmentReader::next() {
  if (sealed_ || torn_) return std::optional<Frame>();
  auto next = read_section(file_);
  if (!next) return next.error();
  if (!next->section) {
    if (must_be_sealed_) return damaged("damaged before its end");
    torn_ = next->torn;
    return std::optional<Frame>();
  }
  if (next->section->kind == kSealSection) {
    Seal seal;
    sealed_ = decode(next->section->payload, seal) && seal.end == end_;
    if (!sealed_) return damaged("it does not end where its seal says");
    return std::optional<Frame>();
  }
  Frame frame;
  if (next->section->kind != kFrameSection || !decode(next->section->payload, frame))
    return damaged("a frame that cannot be decoded");
  if (frame.after.index != end_.index) return damaged("frames that do not follow each other");
  end_ = frame.upto;
  return std::optional<Frame>(std::move(frame));
}

base::Result<SegmentSpan> read_span(const fs::path& path) {
  auto reader = SegmentReader::open(path);
  if (!reader) return reader.error();
  auto file = InputFile::open(path);
  if (!file) return file.error();
  const auto seal = find_seal(*file);
  if (!seal) return seal.error();
  if (!*seal) return read_frames(*reader, file->size());
  return SegmentSpan{reader->header(), (*seal)->end, (*seal)->created, file->size(), true, false};
}

base::Result<SegmentSpan> verify_segment(const fs::path& path) {
  auto reader = SegmentReader::open(path);
  if (!reader) return reader.error();
  std::error_code ignored;
  return read_frames(*reader, fs::file_size(path, ignored));
}

}  // namespace raft_store::backup
