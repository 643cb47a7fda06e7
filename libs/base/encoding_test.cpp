#include "base/encoding.hpp"
#include <catch2/catch.hpp>
#include <set>
#include "base/random.hpp"

namespace base {
namespace {

TEST_CASE("base64 of RFC 4648's vectors, and back") {
  const std::pair<const char*, const char*> vectors[] = {{"", ""},
                                                         {"f", "Zg=="},
                                                         {"fo", "Zm8="},
                                                         {"foo", "Zm9v"},
                                                         {"foob", "Zm9vYg=="},
                                                         {"fooba", "Zm9vYmE="},
                                                         {"foobar", "Zm9vYmFy"}};
  for (const auto& [plain, coded] : vectors) {
    CHECK(base64_encode(plain) == coded);
    CHECK(*base64_decode(coded) == plain);
  }
  for (auto bad : {"Zg", "Zg=", "Z===", "Zm9v!", "Zm 9v"})
    CHECK_FALSE(base64_decode(bad).has_value());
  CHECK(base64url_encode("\xfb\xff") == "-_8");
  CHECK(*base64url_decode("-_8") == "\xfb\xff");
}

TEST_CASE("percent encoding") {
  CHECK(percent_encode("a b/ü~") == "a%20b%2F%C3%BC~");
  CHECK(*percent_decode("a%20b%2F%C3%BC~") == "a b/ü~");
  for (auto bad : {"%", "%2", "%zz"})
    CHECK_FALSE(percent_decode(bad).has_value());
}

TEST_CASE("random names have upstream's alphabet and do not repeat") {
  std::set<std::string> seen;
  for (int i = 0; i < 100; ++i) {
    const auto name = random_name_suffix(8);
    CHECK(name.find_first_not_of("bcdfghjklmnpqrstvwxz2456789") == std::string::npos);
    CHECK(seen.insert(name).second);
  }
  CHECK(random_uuid().size() == 36);
  CHECK(random_uuid()[14] == '4');
}

TEST_CASE("UTF-8 is told from what only looks like it") {
  CHECK(is_valid_utf8(""));
  CHECK(is_valid_utf8("a\xC3\xA9\xE2\x82\xAC\xF0\x9F\x9A\xA2"));
  CHECK_FALSE(is_valid_utf8("\x80"));
  CHECK_FALSE(is_valid_utf8("\xC0\xAF"));  // not the shortest form
  CHECK_FALSE(is_valid_utf8("\xE0\x80\xAF"));
  CHECK_FALSE(is_valid_utf8("\xED\xA0\x80"));      // a surrogate
  CHECK_FALSE(is_valid_utf8("\xF4\x90\x80\x80"));  // past the last code point
  CHECK_FALSE(is_valid_utf8("\xE2\x82"));          // cut
}

}  // namespace
}  // namespace base
