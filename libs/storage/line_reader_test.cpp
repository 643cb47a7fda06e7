#include "storage/line_reader.hpp"
#include <catch2/catch.hpp>

namespace storage::wire {
namespace {

std::string read(LineReader& lines) {
  std::string out;
  for (;;) {
    const auto line = lines.next();
    if (!line) return out + "!";
    if (!*line) return out;
    out += "<" + **line + ">";
  }
}

TEST_CASE("lines come out whole, however they arrive", "[storage]") {
  LineReader lines(10);
  CHECK(read(lines) == "");
  lines.feed("a");
  CHECK(read(lines) == "");
  lines.feed("b\n\ncd\ne");
  CHECK(read(lines) == "<ab><><cd>");
  lines.feed("\n");
  CHECK(read(lines) == "<e>");
  lines.feed("0123456789");
  CHECK(read(lines) == "");
  lines.feed("0");
  CHECK(read(lines) == "!");
}

}  // namespace
}  // namespace storage::wire
