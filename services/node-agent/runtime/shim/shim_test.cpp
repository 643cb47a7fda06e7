#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include "node-agent/runtime/shim/frames.hpp"
#include "node-agent/runtime/shim/log_writer.hpp"
#include "node-agent/runtime/shim/spec.hpp"
#include "node-agent/runtime/shim/words.hpp"

using namespace node_agent::shim;
namespace fs = std::filesystem;

namespace {

struct Directory {
  Directory() {
    std::string name = (fs::temp_directory_path() / "shim-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    path = name;
  }
  ~Directory() { fs::remove_all(path); }
  fs::path path;
};

std::string slurp(const fs::path& path) {
  std::ifstream in(path);
  std::stringstream out;
  out << in.rdbuf();
  return out.str();
}

constexpr std::int64_t noon = 1'767'355'445'000'000'006;  // 2026-01-02T12:04:05.000000006Z
const std::string stamp = "2026-01-02T12:04:05.000000006Z ";

}  // namespace

TEST_CASE("records keep every text and notice a torn file") {
  Records in;
  in.add("text", "a=b\nc\\n\\");
  in.add("number", -5);
  in.add_all("list", {"", "x", "y z"});
  const auto out = Records::decode(in.encode());
  REQUIRE(out);
  CHECK(out->get("text") == "a=b\nc\\n\\");
  CHECK(out->number("number") == -5);
  CHECK(out->number("text", 7) == 7);
  CHECK(out->all("list") == std::vector<std::string>{"", "x", "y z"});
  const auto whole = in.encode();
  for (std::size_t i = 0; i < whole.size(); ++i)
    CHECK(!Records::decode(whole.substr(0, i)));
  CHECK(!Records::decode("rubbish\nend=\n"));
}

TEST_CASE("a container's spec survives its file") {
  ContainerSpec in;
  in.id = "id";
  in.isolation = Isolation::user;
  in.command = {"sh", "-c", "echo\nx"};
  in.env = {"A=1", "B="};
  in.mounts = {{"/a", "/b", true, false}, {"/c", "/d", false, true}};
  in.uid = 5;
  in.tty = true;
  in.limits.memory_bytes = 9;
  const auto out = ContainerSpec::decode(in.encode());
  CHECK(out.encode().encode() == in.encode().encode());
  CHECK(out.mounts[1].optional);
  CHECK(!out.mounts[0].optional);
  CHECK(out.gid == -1);
}

TEST_CASE("frames come apart as they were put together") {
  FrameReader reader;
  const auto bytes = encode_frame(FrameKind::out, "abc") + encode_frame(FrameKind::exit, "0");
  for (const char c : bytes)
    reader.feed(std::string(1, c));
  auto frame = reader.next();
  REQUIRE(frame);
  CHECK(frame->payload == "abc");
  frame = reader.next();
  REQUIRE(frame);
  CHECK(frame->kind == FrameKind::exit);
  CHECK(!reader.next());
  reader.feed("O\xff\xff\xff\xff");
  CHECK(!reader.next());
  CHECK(reader.broken());
  const auto size = WindowSize::decode(WindowSize{300, 70}.encode());
  REQUIRE(size);
  CHECK(size->width == 300);
  CHECK(size->height == 70);
}

TEST_CASE("lines of a log") {
  Directory directory;
  const auto path = directory.path / "0.log";
  LogWriter log(path, 1 << 20, 5);
  REQUIRE(log.open());
  log.write(LogWriter::Stream::out, "one\ntw", noon);
  log.write(LogWriter::Stream::err, "oops\n", noon);
  log.write(LogWriter::Stream::out, "o\n\nlast", noon);
  log.finish(noon);
  CHECK(slurp(path) == stamp + "stdout F one\n" + stamp + "stderr F oops\n" + stamp + "stdout F two\n" +
                           stamp + "stdout F \n" + stamp + "stdout F last\n");
}

TEST_CASE("a long line is written in parts") {
  Directory directory;
  const auto path = directory.path / "0.log";
  LogWriter log(path, 1 << 20, 5);
  REQUIRE(log.open());
  const std::string part(LogWriter::line_bytes_max, 'x');
  log.write(LogWriter::Stream::out, part, noon);
  CHECK(slurp(path).empty());
  log.write(LogWriter::Stream::out, part + "yz\n" + part + "\n", noon);
  CHECK(slurp(path) == stamp + "stdout P " + part + "\n" + stamp + "stdout P " + part + "\n" + stamp +
                           "stdout F yz\n" + stamp + "stdout F " + part + "\n");
}

TEST_CASE("a log is rotated, and the oldest files go") {
  Directory directory;
  const auto path = directory.path / "0.log";
  LogWriter log(path, 1000, 3);
  REQUIRE(log.open());
  for (int i = 0; i < 200; ++i)
    log.write(LogWriter::Stream::out, "line " + std::to_string(i) + "\n", noon);
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(directory.path)) {
    CHECK(entry.file_size() <= 1000);
    files.push_back(entry.path());
  }
  CHECK(files.size() == 3);
  CHECK(slurp(path).find("line 199\n") != std::string::npos);
  std::sort(files.begin(), files.end());
  CHECK(files.front() == path);  // "0.log", then "0.log.<time>", the newest last.
  CHECK(slurp(files.back()).find("line 199\n") == std::string::npos);
}

TEST_CASE("the system's words are Go's") {
  CHECK(system_words(ENOENT) == "no such file or directory");
  CHECK(system_words(EACCES) == "permission denied");
  CHECK(system_words(EIO) == "input/output error");
}
