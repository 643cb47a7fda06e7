#include <catch2/catch.hpp>
#include "raft-store/backup/testing.hpp"

/// Segments of the archived log: torn tails are taken, damage is refused.
namespace raft_store::backup {
namespace {

namespace fs = std::filesystem;

LogPoint point(std::uint64_t index, Revision revision) {
  return {raft::Index(index), revision};
}

Frame frame(const LogPoint& after, const LogPoint& upto) {
  Frame made{after, upto, base::SystemTime(std::chrono::seconds(5)), {}};
  for (raft::Index i = after.index + 1; i <= upto.index; ++i)
    made.commands.push_back({i, "command " + std::to_string(i.value)});
  return made;
}

struct SegmentOnDisk {
  SegmentOnDisk() : path(dir.path() / "log") {
    auto writer = SegmentWriter::create(path, {0xc1, point(10, 20), {}});
    REQUIRE(writer.has_value());
    REQUIRE(writer->append(frame(point(10, 20), point(12, 22))).has_value());
    first_frame_end = writer->size();
    REQUIRE(writer->append(frame(point(12, 22), point(15, 23))).has_value());
    end = writer->size();
    open = testing::read_file(path);
    REQUIRE(writer->seal().has_value());
    sealed = testing::read_file(path);
  }
  base::Result<SegmentSpan> with(const std::string& bytes) const {
    testing::write_file(path, bytes);
    auto span = verify_segment(path);
    // What is found from the outside never goes further than what is there.
    const auto quick = read_span(path);
    if (span) {
      REQUIRE(quick.has_value());
      CHECK(quick->end == span->end);
    }
    return span;
  }
  replication::testing::TemporaryDirectory dir;
  fs::path path;
  std::string open, sealed;
  std::uint64_t first_frame_end = 0, end = 0;
};

TEST_CASE("a segment gives back its frames") {
  const SegmentOnDisk segment;
  auto reader = SegmentReader::open(segment.path);
  REQUIRE(reader.has_value());
  CHECK(reader->header().cluster_id == 0xc1);
  CHECK(reader->header().after == point(10, 20));
  const auto first = reader->next();
  REQUIRE((first.has_value() && first->has_value()));
  CHECK((*first)->upto == point(12, 22));
  REQUIRE((*first)->commands.size() == 2);
  CHECK((*first)->commands[1].index == raft::Index(12));
  CHECK((*first)->commands[1].data == "command 12");
  REQUIRE(reader->next().has_value());
  const auto end = reader->next();
  REQUIRE(end.has_value());
  CHECK_FALSE(end->has_value());
  CHECK(reader->sealed());
  const auto span = segment.with(segment.sealed);
  REQUIRE(span.has_value());
  CHECK(span->sealed);
  CHECK(span->end == point(15, 23));
}

TEST_CASE("a segment that a crash ended is read to its last whole frame") {
  const SegmentOnDisk segment;
  for (std::size_t size = segment.first_frame_end; size < segment.end; ++size) {
    INFO("cut to " << size);
    const auto span = segment.with(segment.open.substr(0, size));
    REQUIRE(span.has_value());
    CHECK(span->end == point(12, 22));
    CHECK(span->torn == (size > segment.first_frame_end));
  }
  const auto zeros = segment.with(segment.open.substr(0, segment.first_frame_end) + std::string(5000, '\0'));
  REQUIRE(zeros.has_value());
  CHECK(zeros->end == point(12, 22));
  CHECK(zeros->torn);
}

TEST_CASE("damage to a sealed segment is refused, whatever byte it is") {
  const SegmentOnDisk segment;
  for (std::size_t at = 0; at < segment.end; ++at) {
    INFO("byte " << at);
    std::string damaged = segment.sealed;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x01);
    testing::write_file(segment.path, damaged);
    CHECK_FALSE(verify_segment(segment.path).has_value());
  }
}

TEST_CASE("damage to an open segment never shows frames that are not there") {
  const SegmentOnDisk segment;
  for (std::size_t at = 0; at < segment.open.size(); ++at) {
    INFO("byte " << at);
    std::string damaged = segment.open;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x80);
    testing::write_file(segment.path, damaged);
    const auto span = verify_segment(segment.path);
    if (span) CHECK(span->end.index < raft::Index(15));
  }
}

TEST_CASE("frames that do not follow each other are refused") {
  const SegmentOnDisk segment;
  const std::string second = segment.open.substr(segment.first_frame_end);
  CHECK_FALSE(segment.with(segment.open + second).has_value());
}

}  // namespace
}  // namespace raft_store::backup
