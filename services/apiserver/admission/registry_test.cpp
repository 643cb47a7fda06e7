#include <catch2/catch.hpp>
#include "apiserver/admission/testing.hpp"

using namespace apiserver::admission;

TEST_CASE("the plugins run in upstream's order, and can be switched") {
  const auto chain = Chain::make({}).value();
  CHECK(chain.names() == std::vector<std::string_view>{"NamespaceLifecycle", "ServiceAccount",
                                                       "NodeRestriction", "TaintNodesByCondition", "Priority",
                                                       "DefaultTolerationSeconds"});
  PluginOptions options;
  options.disable = {"Priority"};
  CHECK(Chain::make(options).value().names().size() == 5);
  options.enable = {"Nonsense"};
  CHECK(Chain::make(options).error().message ==
        "--enable-admission-plugins: unknown admission plugin \"Nonsense\"");
}

TEST_CASE("the chain stops at the first refusal, and is idempotent") {
  const auto chain = Chain::make({}).value();
  testing::Write w(Operation::create, "", "pods",
                   R"({"metadata":{"name":"p","namespace":"n"},"spec":{"containers":[{"name":"c"}]}})");
  CHECK(chain.admit(w.a, w.context).error().status.reason == "NotFound");
  w.lookup.put("", "namespaces", testing::object(R"({"metadata":{"name":"n"}})"));
  w.lookup.put("", "serviceaccounts", testing::object(R"({"metadata":{"name":"default","namespace":"n"}})"));
  REQUIRE(chain.admit(w.a, w.context).has_value());
  const auto once = w.object;
  REQUIRE(chain.admit(w.a, w.context).has_value());
  CHECK(w.object == once);
  CHECK(chain.validate(w.a, w.context).has_value());
}
