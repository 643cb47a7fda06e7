#include <catch2/catch.hpp>
#include "apiserver/admission/testing.hpp"

using namespace apiserver::admission;
using testing::object;
using testing::Write;

TEST_CASE("a signing request says who made it, whatever it says itself") {
  Write w(Operation::create, "certificates.k8s.io", "certificatesigningrequests",
          R"({"metadata":{"name":"r"},"spec":{"request":"x","username":"admin","uid":"1"}})");
  w.user.name = "jane";
  w.user.groups = {"dev"};
  CHECK(w.run(*certificate_requester()).empty());
  CHECK(w.object.at("spec") == object(R"({"request":"x","username":"jane","groups":["dev"]})"));
}
