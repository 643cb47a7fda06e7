#include "apiserver/custom_resources/conversion.hpp"
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <catch2/catch.hpp>

using namespace apiserver::custom_resources;

namespace {

const Object original = boost::json::parse(R"({"apiVersion":"example.com/v1","kind":"Foo",
    "metadata":{"name":"a","namespace":"d","uid":"u","resourceVersion":"5","labels":{"x":"y"}},"spec":1})")
                            .as_object();

std::string answer(std::string objects, std::string status = "Success", std::string uid = "id") {
  return R"({"kind":"ConversionReview","apiVersion":"apiextensions.k8s.io/v1","response":{"uid":")" + uid +
         R"(","result":{"status":")" + status + R"("},"convertedObjects":[)" + objects + "]}}";
}

std::string good =
    R"({"apiVersion":"example.com/v2","kind":"Foo","metadata":{"name":"a","namespace":"d","uid":"u",
    "labels":{"n":"m"}},"spec":2})";

std::string failure(const std::string& text) {
  const auto read = read_conversion(text, "v1", "id", "example.com/v2", {original});
  REQUIRE(read.has_error());
  return read.error().message;
}

}  // namespace

TEST_CASE("a hook's answer") {
  const auto read = read_conversion(answer(good), "v1", "id", "example.com/v2", {original});
  REQUIRE(read.has_value());
  CHECK(read->front().at("spec") == 2);
  CHECK(read->front().at("metadata").at("resourceVersion") == "5");
  CHECK(read->front().at("metadata").at("labels") == boost::json::parse(R"({"n":"m"})"));
}

TEST_CASE("wrong answers of a hook") {
  const std::string start = "conversion webhook for example.com/v1, Kind=Foo ";
  CHECK(failure(answer(good, "Success", "other")) ==
        start + "failed: expected response.uid=\"id\", got \"other\"");
  CHECK(failure(answer(good, "Failed")) ==
        start + "failed: response.result.status was 'Failed', not 'Success'");
  CHECK(failure(answer("")) == start + "returned 0 objects, expected 1");
  CHECK(failure("[]") == start + "failed: the answer is no ConversionReview");
  auto old = boost::json::serialize(original);
  CHECK(failure(answer(old)) == start +
                                    "returned invalid converted object at index 0: invalid groupVersion "
                                    "(expected example.com/v2, received "
                                    "example.com/v1)");
  auto renamed = boost::json::parse(good).as_object();
  renamed.at("metadata").as_object()["name"] = "b";
  CHECK(failure(answer(boost::json::serialize(renamed))) ==
        start + "returned invalid converted object at index 0: must have the same name: a != b");
}

TEST_CASE("what a hook is asked") {
  const auto request = conversion_request("v1", "id", "example.com/v2", {original});
  CHECK(request.at("request").at("desiredAPIVersion") == "example.com/v2");
  CHECK(request.at("request").at("objects").as_array().size() == 1);
}
