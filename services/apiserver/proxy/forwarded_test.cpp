#include "apiserver/proxy/forwarded.hpp"
#include <catch2/catch.hpp>

using namespace apiserver::proxy;

TEST_CASE("a forwarded request loses what is for one hop, and who the client is") {
  http::Request asked;
  asked.method = "POST";
  asked.path = "/api/v1/namespaces/d/pods/web/proxy/a";
  asked.raw_query = "x=1";
  for (const auto& [name, value] :
       std::vector<std::pair<std::string, std::string>>{{"Host", "api:6443"},
                                                        {"Authorization", "Bearer t"},
                                                        {"Connection", "keep-alive, X-Mine"},
                                                        {"X-Mine", "1"},
                                                        {"Impersonate-User", "eve"},
                                                        {"X-Remote-User", "root"},
                                                        {"Accept", "*/*"},
                                                        {"Cookie", "a=b"},
                                                        {"X-Forwarded-For", "10.0.0.1"},
                                                        {"Transfer-Encoding", "chunked"}})
    asked.headers.add(name, value);
  const auto out = forwarded_request(asked, "192.0.2.1:555", "/a");
  CHECK(out.method == "POST");
  CHECK(out.path == "/a");
  CHECK(out.raw_query == "x=1");
  for (const auto* name : {"Host", "Authorization", "Connection", "X-Mine", "Impersonate-User",
                           "X-Remote-User", "Transfer-Encoding"})
    CHECK_FALSE(out.headers.has(name));
  CHECK(out.headers.get("Accept") == "*/*");
  CHECK(out.headers.get("Cookie") == "a=b");
  CHECK(out.headers.get("X-Forwarded-For") == "10.0.0.1, 192.0.2.1");
  CHECK(out.headers.get("X-Forwarded-Uri") == asked.path);
  CHECK(forwarded_request(asked, "192.0.2.1:555", "").path == "/");
}

TEST_CASE("a redirect of the other side to itself leads through the proxy") {
  const auto location = [](const std::string& value) {
    http::Headers from;
    from.add("Location", value);
    from.add("Content-Length", "0");
    const auto out = returned_headers(from, "http://10.0.0.1:80", "/p/proxy");
    CHECK_FALSE(out.has("Content-Length"));
    return std::string(out.get("Location"));
  };
  CHECK(location("/login?x=1") == "/p/proxy/login?x=1");
  CHECK(location("http://10.0.0.1:80/login") == "/p/proxy/login");
  CHECK(location("login") == "login");
  CHECK(location("https://example.org/") == "https://example.org/");
  CHECK(location("//example.org/") == "//example.org/");
  CHECK(location("http://10.0.0.1:8080/") == "http://10.0.0.1:8080/");
}
