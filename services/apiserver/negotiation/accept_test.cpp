#include "apiserver/negotiation/accept.hpp"
#include <catch2/catch.hpp>

using namespace apiserver::negotiation;

TEST_CASE("ranges are ordered by quality, then as they came") {
  const auto ranges =
      parse_accept("text/html;q=0.5, application/json ;q=0.9,application/yaml, broken, a/b;q=0");
  REQUIRE(ranges.size() == 4);
  CHECK(ranges[0].type == "application/yaml");
  CHECK(ranges[1].type == "application/json");
  CHECK(ranges[2].type == "text/html");
  CHECK(ranges[3].type == "a/b");
  CHECK(parse_accept("").front().type == "*/*");
  CHECK(parse_accept("*").front().type == "*/*");
  CHECK(parse_accept("*/*, application/*, a/b")[0].type == "a/b");
  CHECK(parse_accept(" ").empty());
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

namespace {

/// "yaml Table", "json", "none": what a header gets, in short.
std::string got(std::string_view accept, const Offer& offer = {}) {
  const auto form = accepted_form(accept, {}, offer);
  if (!form) return "none";
  constexpr const char* encodings[] = {"json", "yaml", "protobuf"};
  constexpr const char* shapes[] = {"", " Table", " Metadata", " MetadataList"};
  return std::string(encodings[static_cast<int>(form->encoding)]) + shapes[static_cast<int>(form->shape)] +
         (form->version == "v1" ? "" : " " + form->version) + (form->pretty ? " pretty" : "");
}

}  // namespace

TEST_CASE("headers and what they get") {
  const std::string meta = ";g=meta.k8s.io;v=v1", protobuf = "application/vnd.kubernetes.protobuf";
  CHECK(got("") == "json");
  CHECK(got("*/*") == "json");
  CHECK(got("*") == "json");
  CHECK(got("application/*") == "json");
  CHECK(got("text/*") == "none");
  CHECK(got("image/png") == "none");
  CHECK(got("application/yaml") == "yaml");
  CHECK(got(protobuf) == "protobuf");
  CHECK(got(protobuf + ",application/json") == "protobuf");
  CHECK(got("application/json," + protobuf) == "json");
  CHECK(got("application/json;q=0.5," + protobuf + ";q=0.9") == "protobuf");
  CHECK(got("application/json;q=0") == "json");
  CHECK(got("*/*,application/yaml") == "yaml");
  CHECK(got("application/yaml;q=0.5,*/*") == "json");
  CHECK(got("application/cbor") == "none");
  CHECK(got("application/cbor, application/json") == "json");
  CHECK(got("application/json;charset=utf-8") == "json");
  CHECK(got("application/json;pretty=1") == "json pretty");
  CHECK(got("application/json;stream=watch") == "json");
  CHECK(got("application/json;stream=other") == "none");
  CHECK(got("application/yaml;stream=watch") == "none");
  CHECK(got(protobuf + ";stream=watch") == "protobuf");
  CHECK(got("application/json;sv=v1") == "json");
  CHECK(got("application/json;sv=v2") == "none");
  CHECK(got("application/json;as=Table" + meta) == "json Table");
  CHECK(got("application/yaml;as=Table" + meta) == "yaml Table");
  CHECK(got(protobuf + ";as=Table" + meta) == "none");
  CHECK(got(protobuf + ";as=Table" + meta + ",application/json;as=Table" + meta) == "json Table");
  CHECK(got(protobuf + ";as=PartialObjectMetadata" + meta) == "protobuf Metadata");
  CHECK(got(protobuf + ";as=PartialObjectMetadataList;g=meta.k8s.io;v=v1beta1") ==
        "protobuf MetadataList v1beta1");
  CHECK(got("application/json;as=Table;v=v9;g=meta.k8s.io,application/json") == "json");
  CHECK(got("application/json;as=Chair" + meta) == "none");
  CHECK(got("application/json;g=meta.k8s.io;v=v1") == "none");
  CHECK(got("application/json;as=Table") == "none");
}

TEST_CASE("custom resources have no protobuf, errors no other shape") {
  const std::string meta = ";g=meta.k8s.io;v=v1", protobuf = "application/vnd.kubernetes.protobuf";
  const Offer custom{.protobuf = false, .shapes = true}, error{.protobuf = true, .shapes = false};
  CHECK(got(protobuf, custom) == "none");
  CHECK(got(protobuf + ",*/*", custom) == "json");
  CHECK(got(protobuf + ";as=PartialObjectMetadata" + meta, custom) == "protobuf Metadata");
  CHECK(got("application/json;as=Table" + meta, error) == "none");
  CHECK(got("application/json;as=Table" + meta + ",application/json", error) == "json");
  CHECK(offered_types() == "application/json, application/yaml, application/vnd.kubernetes.protobuf");
  CHECK(offered_types(custom) == "application/json, application/yaml");
  CHECK(offered_types({}, true) ==
        "application/json;stream=watch, application/vnd.kubernetes.protobuf;stream=watch");
}

TEST_CASE("line breaks are for people") {
  const auto pretty = [](std::string_view wish, std::string_view agent, std::string_view accept = "*/*") {
    return accepted_form(accept, {wish, agent})->pretty;
  };
  CHECK_FALSE(pretty("", "kubectl/v1.35.0"));
  CHECK(pretty("", "curl/7.88.1"));
  CHECK(pretty("", "Mozilla/5.0 (X11)"));
  CHECK_FALSE(pretty("false", "curl/7.88.1"));
  CHECK_FALSE(pretty("yes", "curl/7.88.1"));
  CHECK(pretty("true", "kubectl/v1.35.0"));
  CHECK_FALSE(pretty("1", "kubectl/v1.35.0", "application/yaml"));
}
