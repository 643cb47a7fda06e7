#include "apiserver/negotiation/accept.hpp"
#include <catch2/catch.hpp>

using namespace apiserver::negotiation;

TEST_CASE("ranges are ordered by quality, then as they came") {
  const auto ranges =
      parse_accept("text/html;q=0.5, application/json ;q=0.9,application/yaml, broken, a/b;q=0");
  REQUIRE(ranges.size() == 3);
  CHECK(ranges[0].type == "application/yaml");
  CHECK(ranges[1].type == "application/json");
  CHECK(ranges[2].type == "text/html");
  CHECK(parse_accept("").front().type == "*/*");
}

TEST_CASE("kubectl's header asks for a table first") {
  const auto form = accepted_form(
      "application/json;as=Table;v=v1;g=meta.k8s.io,application/json;as=Table;v=v1beta1;g=meta.k8s.io,"
      "application/json");
  REQUIRE(form);
  CHECK(form->shape == Shape::table);
  CHECK(form->version == "v1");
  CHECK(content_type(*form) == "application/json");
}

TEST_CASE("what cannot be made is passed over") {
  CHECK(accepted_form("application/vnd.kubernetes.protobuf,application/json")->shape == Shape::object);
  CHECK(accepted_form("application/json;as=Table;v=v9;g=meta.k8s.io,application/json")->shape ==
        Shape::object);
  CHECK(accepted_form("application/yaml")->encoding == Encoding::yaml);
  CHECK(accepted_form("application/*")->encoding == Encoding::json);
  CHECK_FALSE(accepted_form("application/vnd.kubernetes.protobuf"));
  CHECK_FALSE(accepted_form("application/json;as=Chair;v=v1;g=meta.k8s.io"));
}

TEST_CASE("line breaks are for people") {
  CHECK_FALSE(accepted_form("*/*", "", "kubectl/v1.35.0")->pretty);
  CHECK(accepted_form("*/*", "", "curl/7.88.1")->pretty);
  CHECK_FALSE(accepted_form("*/*", "false", "curl/7.88.1")->pretty);
  CHECK(accepted_form("*/*", "true", "kubectl/v1.35.0")->pretty);
}
