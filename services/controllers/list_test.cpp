#include "controllers/list.hpp"
#include <catch2/catch.hpp>
#include <set>

namespace controllers {

TEST_CASE("every controller has names of its own") {
  std::set<std::string> names;
  for (const auto& d : all_controllers()) {
    CHECK(names.insert(d.name).second);
    for (const auto& alias : d.aliases)
      CHECK(names.insert(alias).second);
    CHECK_FALSE(d.service_account.empty());
    CHECK(d.make != nullptr);
  }
}

TEST_CASE("--controllers names controllers") {
  CHECK(chosen_controllers({"*"})->size() == all_controllers().size());
  CHECK(chosen_controllers({"*", "-deployment"})->size() == all_controllers().size() - 1);
  const auto one = chosen_controllers({"replicaset-controller"});
  REQUIRE(one.has_value());
  CHECK(one->size() == 1);
  CHECK(chosen_controllers({"*", "-nosuch"}).error().message == "--controllers: \"nosuch\" is no controller");
}

}  // namespace controllers
