#include "http/message.hpp"
#include <catch2/catch.hpp>
#include "http/head.hpp"

namespace http {
namespace {

TEST_CASE("header names compare without case; set replaces every field of the name") {
  Headers h;
  h.add("Accept", "a");
  h.add("accept", "b");
  CHECK(h.get("ACCEPT") == "a");
  CHECK(h.all("Accept").size() == 2);
  h.set("aCCept", "c");
  CHECK(h.all("accept") == std::vector<std::string_view>{"c"});
  h.remove("accept");
  CHECK_FALSE(h.has("Accept"));
}

TEST_CASE("queries decode percent and plus, keep order, and count what cannot be decoded") {
  const auto q = Query::parse("labelSelector=a%3Db%2Cc&x=1+2&x=3&flag&bad=%zz");
  CHECK(q.get("labelSelector") == "a=b,c");
  CHECK(q.all("x") == std::vector<std::string_view>{"1 2", "3"});
  CHECK(q.get("flag") == "");
  CHECK_FALSE(q.has("bad"));
  CHECK(q.malformed == 1);
  Query out;
  out.add("fieldSelector", "spec.nodeName=n 1&2");
  CHECK(Query::parse(out.encode()).get("fieldSelector") == "spec.nodeName=n 1&2");
}

TEST_CASE("no field of ours can start a line of its own") {
  Headers h;
  h.add("X-Good", "yes");
  h.add("X-Bad", "a\r\nSet-Cookie: b");
  h.add("Bad\nName", "v");
  h.add("Content-Length", "7");
  const auto head = detail::response_head(200, h, detail::Framing::length, 3, true);
  CHECK(head.find("X-Good: yes\r\n") != std::string::npos);
  CHECK(head.find("Set-Cookie") == std::string::npos);
  CHECK(head.find("Bad") == std::string::npos);
  CHECK(head.find("Content-Length: 3\r\n") != std::string::npos);
  CHECK(head.find("Content-Length: 7") == std::string::npos);
}

}  // namespace
}  // namespace http
