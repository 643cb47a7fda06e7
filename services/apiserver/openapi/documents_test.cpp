#include "apiserver/openapi/documents.hpp"
#include <boost/json/parse.hpp>
#include <catch2/catch.hpp>
#include "apiserver/openapi/gzip.hpp"

using apiserver::openapi::Documents;
namespace json = boost::json;

namespace {

const Documents& documents() {
  static const Documents d(
      [] {
        std::vector<const api::ResourceInfo*> apps;
        for (const auto& r : api::builtin_resources())
          if (r.group == "apps" || r.group == "policy") apps.push_back(&r);
        return apps;
      }(),
      "v1.35.0");
  return d;
}

http::Response get(const std::string& target, http::Headers headers = {}) {
  const auto mark = target.find('?');
  const auto query = http::Query::parse(
      mark == std::string::npos ? std::string_view() : std::string_view(target).substr(mark + 1));
  const auto response = documents().answer(target.substr(0, mark), query, headers);
  REQUIRE(response);
  return *response;
}

}  // namespace

TEST_CASE("the index leads to documents by their hash") {
  const auto index = json::parse(get("/openapi/v3").body);
  const auto& url = index.at("paths").at("apis/apps/v1").at("serverRelativeURL").as_string();
  const auto document = get(std::string(url));
  CHECK(document.status == 200);
  CHECK(document.headers.get("Cache-Control") == "public, immutable");
  CHECK(json::parse(document.body).at("openapi") == "3.0.0");
  const auto outdated = get("/openapi/v3/apis/apps/v1?hash=ABC");
  CHECK(outdated.status == 301);
  CHECK(outdated.headers.get("Location") == std::string_view(url));
}

TEST_CASE("documents are sent compressed, plain, or not at all") {
  http::Headers headers;
  headers.add("Accept-Encoding", "gzip");
  const auto compressed = get("/openapi/v2", headers);
  CHECK(compressed.headers.get("Content-Encoding") == "gzip");
  const auto plain = get("/openapi/v2");
  CHECK(apiserver::openapi::gunzip(*compressed.shared_body.at(0)) == plain.body);
  CHECK(json::parse(plain.body).at("swagger") == "2.0");
  headers.add("If-None-Match", std::string(plain.headers.get("ETag")));
  CHECK(get("/openapi/v2", headers).status == 304);
}

TEST_CASE("version 2 has a protobuf form, of its own hash") {
  const auto plain = get("/openapi/v2");
  for (const auto* type : {"application/com.github.proto-openapi.spec.v2@v1.0+protobuf",
                           "application/com.github.proto-openapi.spec.v2.v1.0+protobuf"}) {
    http::Headers headers;
    headers.add("Accept", type);
    const auto response = get("/openapi/v2", headers);
    CHECK(response.status == 200);
    CHECK(response.headers.get("Content-Type") ==
          "application/com.github.proto-openapi.spec.v2.v1.0+protobuf");
    CHECK(
        response.body.starts_with("\x0a\x03"
                                  "2.0"));  // 1, swagger
    CHECK(response.headers.get("ETag") != plain.headers.get("ETag"));
    headers.add("If-None-Match", std::string(response.headers.get("ETag")));
    CHECK(get("/openapi/v2", headers).status == 304);
  }
  http::Headers either;
  either.add("Accept", "application/com.github.proto-openapi.spec.v2@v1.0+protobuf;q=0.5, application/json");
  CHECK(get("/openapi/v2", either).headers.get("Content-Type") == "application/json");
}

TEST_CASE("other paths and forms") {
  CHECK_FALSE(documents().answer("/openapi/v3/apis/batch/v1", {}, {}));
  http::Headers headers;
  headers.add("Accept", "application/com.github.proto-openapi.spec.v3@v1.0+protobuf");
  CHECK(get("/openapi/v3/apis/apps/v1", headers).status == 406);
  CHECK(get("/openapi/v2", headers).status == 406);
}

TEST_CASE("compression is reversible for any size") {
  for (const std::size_t size : {0u, 1u, 65536u, 300000u}) {
    std::string text(size, 'x');
    for (std::size_t i = 0; i < size; i += 7)
      text[i] = static_cast<char>(i * 31);
    CHECK(apiserver::openapi::gunzip(apiserver::openapi::gzip(text)) == text);
  }
}
