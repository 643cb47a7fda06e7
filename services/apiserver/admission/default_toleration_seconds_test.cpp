#include <catch2/catch.hpp>
#include "apiserver/admission/testing.hpp"

using namespace apiserver::admission;
using testing::Write;

namespace {
const auto plugin = default_toleration_seconds({});
std::size_t tolerations(const char* given) {
  Write w(Operation::create, "", "pods",
          std::string(R"({"metadata":{"name":"p"},"spec":{"tolerations":)") + given + "}}");
  CHECK(w.run(*plugin).empty());
  return api::get_array(w.object, {"spec", "tolerations"})->size();
}
}  // namespace

TEST_CASE("both tolerations are added where nothing tolerates the taint") {
  CHECK(tolerations("[]") == 2);
  CHECK(tolerations(R"([{"key":"other","operator":"Exists"}])") == 3);
  CHECK(tolerations(R"([{"key":"node.kubernetes.io/not-ready","effect":"NoExecute"}])") == 2);
  CHECK(tolerations(R"([{"key":"node.kubernetes.io/not-ready","effect":"NoSchedule"}])") == 3);
  CHECK(tolerations(R"([{"operator":"Exists"}])") == 1);
}
