#include "api/json_tape.hpp"
#include <catch2/catch.hpp>

using api::JsonTape;

namespace {

bool parses(std::string_view text, std::size_t depth = 8) {
  JsonTape tape;
  return tape.parse(text, depth);
}

std::string content(std::string_view text) {
  JsonTape tape;
  std::string room;
  std::string_view out;
  if (!tape.parse(text) || !tape.content(tape[0], room, out)) return "refused";
  return std::string(out);
}

}  // namespace

TEST_CASE("tokens lie in order, and each knows what follows it") {
  JsonTape tape;
  REQUIRE(tape.parse(R"( {"a":[1,-2.5e3,true], "b" : {"c":"d"} ,"e":null} )"));
  REQUIRE(tape.size() == 12);
  CHECK(tape[0].kind == JsonTape::Kind::object);
  CHECK(tape[0].next == 12);
  CHECK(tape.text(tape[1]) == "\"a\"");
  CHECK(tape.text(tape[2]) == "[1,-2.5e3,true]");
  CHECK(tape[2].next == 6);
  CHECK(tape.text(tape[4]) == "-2.5e3");
  CHECK(tape.text(tape[7]) == R"({"c":"d"})");
  CHECK(tape.is_null(tape[11]));
}

TEST_CASE("strings of any length and with any escapes") {
  for (std::size_t size = 0; size < 40; ++size) {
    const std::string text(size, 'x');
    CHECK(content('"' + text + '"') == text);
    CHECK(content('"' + text + "\\n\"") == text + "\n");
    CHECK(content('"' + text + "\\\\\"") == text + "\\");
  }
  CHECK(content(R"("\"\\\/\b\f\n\r\tA\u00e9\u20ac\ud83d\ude00")") ==
        "\"\\/\b\f\n\r\tA\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80");
  for (const auto* bad :
       {R"("\x")", R"("\u12")", R"("\u12g4")", R"("\ud83d")", R"("\ud83dx")", R"("\ude00")"})
    CHECK(content(bad) == "refused");
}

TEST_CASE("what is no JSON is refused, and so is what is nested too deep") {
  for (const auto* bad : {"", " ", "{", "[", "\"", "\"\\", "\"\\\"", "{\"a\"}", "{\"a\":}", "{\"a\":1,}",
                          "[1,]", "{1:2}", "[1 2]", "tru", "nul", "{}{}", "[]x", "x"})
    CHECK_FALSE(parses(bad));
  CHECK_FALSE(parses(std::string_view("1\0", 2)));
  CHECK(parses("[[[]]]", 3));
  CHECK_FALSE(parses("[[[]]]", 2));
  CHECK_FALSE(parses("{\"a\":{\"b\":{}}}", 2));
}
