#include "client/wire.hpp"
#include <boost/json.hpp>
#include <catch2/catch.hpp>

namespace client::wire {
namespace {

using namespace std::chrono_literals;

const api::ResourceInfo& info(std::string_view group, std::string_view version, std::string_view resource) {
  return *api::find_resource(group, version, resource);
}

TEST_CASE("paths of resources") {
  CHECK(path_of(info("", "v1", "pods"), "default", "web-1", "binding") ==
        "/api/v1/namespaces/default/pods/web-1/binding");
  CHECK(path_of(info("", "v1", "pods"), "", "", "") == "/api/v1/pods");
  CHECK(path_of(info("", "v1", "nodes"), "", "n1", "status") == "/api/v1/nodes/n1/status");
  CHECK(path_of(info("apps", "v1", "deployments"), "a", "", "") == "/apis/apps/v1/namespaces/a/deployments");
  CHECK(path_of(info("rbac.authorization.k8s.io", "v1", "clusterroles"), "", "system:x/y", "") ==
        "/apis/rbac.authorization.k8s.io/v1/clusterroles/system%3Ax%2Fy");
}

TEST_CASE("queries of options") {
  ListOptions list;
  CHECK(query_of(list).empty());
  list.label_selector = "app=web";
  list.limit = 5;
  CHECK(query_of(list) == "labelSelector=app%3Dweb&limit=5");
  WatchOptions watch;
  watch.resource_version = "7";
  watch.timeout = 300s;
  CHECK(query_of(watch) == "watch=true&resourceVersion=7&allowWatchBookmarks=true&timeoutSeconds=300");
  WriteOptions write;
  write.field_manager = "me";
  CHECK(query_of(write, true) == "fieldManager=me&force=true");
  DeleteOptions remove;
  remove.grace_period_seconds = 0;
  remove.precondition_uid = "u";
  CHECK(body_of(remove) ==
        R"({"kind":"DeleteOptions","apiVersion":"v1","gracePeriodSeconds":0,"preconditions":{"uid":"u"}})");
}

TEST_CASE("what is worth repeating, and when") {
  http::Headers none, soon, late;
  soon.set("Retry-After", "2");
  late.set("Retry-After", "3600");
  CHECK(wait_after_answer(1, 429, none) == 50ms);
  CHECK(wait_after_answer(3, 429, none) == 200ms);
  CHECK(wait_after_answer(1, 429, soon) == 2s);
  CHECK(wait_after_answer(1, 503, soon) == 2s);
  CHECK_FALSE(wait_after_answer(1, 503, none));
  CHECK_FALSE(wait_after_answer(1, 429, late));
  CHECK_FALSE(wait_after_answer(11, 429, soon));
  CHECK_FALSE(wait_after_answer(1, 404, none));
  const base::Error broken(base::Errc::unavailable, ""), lost(base::Errc::unknown_outcome, "");
  CHECK(wait_after_error(1, true, broken) == 50ms);
  CHECK(wait_after_error(2, true, lost) == 100ms);
  CHECK_FALSE(wait_after_error(4, true, broken));
  CHECK_FALSE(wait_after_error(1, false, lost));
  CHECK_FALSE(wait_after_error(1, true, base::Error(base::Errc::cancelled, "")));
}

TEST_CASE("answers become errors, with and without a Status") {
  http::Response r;
  r.status = 409;
  r.body = R"({"kind":"Status","code":409,"reason":"AlreadyExists","message":"pods \"a\" already exists"})";
  CHECK(error_of(r).is(base::Errc::already_exists));
  CHECK(error_of(r).message == "pods \"a\" already exists");
  r.status = 502;
  r.body = "<html>";
  CHECK(error_of(r).is(base::Errc::unavailable));
  CHECK_THAT(error_of(r).message, Catch::Contains("502") && Catch::Contains("<html>"));
}

TEST_CASE("a stream is cut into lines wherever the pieces end") {
  LineSplitter s(10);
  CHECK_FALSE(s.next()->has_value());
  s.feed("ab");
  CHECK_FALSE(s.next()->has_value());
  s.feed("c\n\nde\nf");
  CHECK(**s.next() == "abc");
  CHECK(**s.next() == "de");
  CHECK_FALSE(s.next()->has_value());
  CHECK(s.pending());
  s.feed("g\n");
  CHECK(**s.next() == "fg");
  CHECK_FALSE(s.next()->has_value());
  CHECK_FALSE(s.pending());
  s.feed("0123456789x");
  CHECK(s.next().error().is(base::Errc::resource_exhausted));
}

TEST_CASE("frames of a watch") {
  auto e = event_of(R"({"type":"ADDED","object":{"metadata":{"name":"a"}}})");
  REQUIRE(e.has_value());
  CHECK(e->type == "ADDED");
  CHECK(e->object.at("metadata").at("name") == "a");
  CHECK(event_of(R"({"type":"ERROR","object":{"kind":"Status","code":410,"reason":"Expired"}})")
            .error()
            .is(base::Errc::expired));
  CHECK(event_of("{").error().is(base::Errc::corrupt));
  CHECK(event_of(R"({"type":"ADDED"})").error().is(base::Errc::corrupt));
}

}  // namespace
}  // namespace client::wire
