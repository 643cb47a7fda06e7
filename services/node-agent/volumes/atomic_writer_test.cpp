#include "node-agent/volumes/atomic_writer.hpp"
#include <catch2/catch.hpp>
#include <filesystem>
#include <set>
#include "node-agent/volumes/testing.hpp"

using namespace node_agent::volumes;
using testing::TempDirectory;
namespace fs = std::filesystem;

namespace {

base::Result<void> leave(const std::string&) {
  return {};
}

std::set<std::string> names_in(const std::string& directory) {
  std::set<std::string> out;
  for (const auto& entry : fs::directory_iterator(directory)) {
    const auto name = entry.path().filename().string();
    out.insert(name.starts_with("..2") ? "..TIME" : name);
  }
  return out;
}

}  // namespace

TEST_CASE("files appear and change at one moment") {
  TempDirectory dir;
  Payload payload{{"a", {"1"}}, {"sub/b", {"2", 0400}}, {"sub/deep/c", {"3", 0755}}};
  REQUIRE(write_atomically(dir.path(), payload, leave).has_value());
  CHECK(names_in(dir.path()) == std::set<std::string>{"..data", "..TIME", "a", "sub"});
  CHECK(testing::read(dir / "a") == "1");
  CHECK(testing::read(dir / "sub/b") == "2");
  CHECK(testing::read(dir / "sub/deep/c") == "3");
  CHECK(testing::mode_of(dir / "a") == 0644);
  CHECK(testing::mode_of(dir / "sub/b") == 0400);
  CHECK(fs::read_symlink(dir / "a") == "..data/a");
  CHECK(fs::read_symlink(dir / "sub") == "..data/sub");

  const auto first = fs::read_symlink(dir / "..data");
  REQUIRE(write_atomically(dir.path(), payload, leave).has_value());
  CHECK(fs::read_symlink(dir / "..data") == first);

  payload = {{"a", {"new"}}, {"x/y", {"5"}}};
  REQUIRE(write_atomically(dir.path(), payload, leave).has_value());
  CHECK(fs::read_symlink(dir / "..data") != first);
  CHECK(names_in(dir.path()) == std::set<std::string>{"..data", "..TIME", "a", "x"});
  CHECK(testing::read(dir / "a") == "new");
  CHECK(testing::read(dir / "sub/b") == "(none)");

  REQUIRE(write_atomically(dir.path(), {}, leave).has_value());
  CHECK(names_in(dir.path()) == std::set<std::string>{"..data", "..TIME"});
}

TEST_CASE("an update that fails leaves what was there") {
  TempDirectory dir;
  REQUIRE(write_atomically(dir.path(), {{"a", {"1"}}}, leave).has_value());
  const auto fail = [](const std::string&) -> base::Result<void> {
    return base::Error(base::Errc::internal, "no");
  };
  CHECK_FALSE(write_atomically(dir.path(), {{"a", {"2"}}}, fail).has_value());
  CHECK(testing::read(dir / "a") == "1");
  CHECK(names_in(dir.path()) == std::set<std::string>{"..data", "..TIME", "a"});
}

TEST_CASE("an update that was interrupted is done again") {
  TempDirectory dir;
  const Payload payload{{"a", {"1"}}, {"b", {"2"}}};
  REQUIRE(write_atomically(dir.path(), payload, leave).has_value());
  fs::remove(dir / "b");
  fs::create_directory(dir / "..2020_01_01_00_00_00.abcdef");
  fs::create_symlink("nowhere", dir / "..data_tmp");
  REQUIRE(write_atomically(dir.path(), payload, leave).has_value());
  CHECK(testing::read(dir / "b") == "2");
  REQUIRE(write_atomically(dir.path(), {{"a", {"3"}}}, leave).has_value());
  CHECK(testing::read(dir / "a") == "3");
  CHECK(names_in(dir.path()) == std::set<std::string>{"..data", "..TIME", "a"});
}

TEST_CASE("paths that lead elsewhere are refused") {
  for (const auto* path : {"", "/etc/passwd", "..", "../a", "a/../../b", "..data/x", "a//b", "./a", "a/"}) {
    INFO(path);
    CHECK_FALSE(check_path(path).has_value());
  }
  for (const auto* path : {"a", ".hidden", "a/b", "a..b", "a/..b"}) {
    INFO(path);
    CHECK(check_path(path).has_value());
  }
}

TEST_CASE("keys of a ConfigMap as files") {
  const Data data{{"a", "1"}, {"b", "2"}}, binary{{"c", std::string("\0\1", 2)}};
  KeyRules rules;
  rules.key_word = "config";
  rules.mode = 0600;
  Payload all;
  REQUIRE(add_keys({&data, &binary}, {}, rules, all).has_value());
  CHECK(all == Payload{{"a", {"1", 0600}}, {"b", {"2", 0600}}, {"c", {std::string("\0\1", 2), 0600}}});
  std::vector<api::core::v1::KeyToPath> items(2);
  items[0].key = "b";
  items[0].path = "x/y";
  items[0].mode = 0440;
  items[1].key = "none";
  items[1].path = "z";
  Payload some;
  CHECK(add_keys({&data}, items, rules, some).error().message == "references non-existent config key: none");
  rules.optional = true;
  some.clear();
  REQUIRE(add_keys({&data}, items, rules, some).has_value());
  CHECK(some == Payload{{"x/y", {"2", 0440}}});
  CHECK(fingerprint(all) != fingerprint(some));
  CHECK(fingerprint(all) == fingerprint(Payload(all)));
}
