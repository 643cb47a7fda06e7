#include "apiserver/request/testing.hpp"

namespace apiserver::request {
namespace {

using namespace testing;
using api::get_string;

/// Allows the verbs it was given to whom it was given them: "alice get".
class Rules final : public authorization::Authorizer {
 public:
  explicit Rules(std::vector<std::string> allowed) : allowed_(std::move(allowed)) {}
  authorization::Decision authorize(const authorization::Attributes& a) const override {
    const auto asked = a.user->name + " " + std::string(a.verb);
    const bool allowed = std::find(allowed_.begin(), allowed_.end(), asked) != allowed_.end();
    return {allowed ? authorization::Verdict::allow : authorization::Verdict::no_opinion, ""};
  }
  void rules_for(const authorization::UserInfo&, std::string_view, authorization::RuleList&) const override {}

 private:
  std::vector<std::string> allowed_;
};

base::Awaitable<Got> call_as(Server& s, std::string user, std::string method, std::string target,
                             HeaderMap headers = {}) {
  FakeExchange exchange(s.strand, method, target, "", headers);
  exchange.peer_.common_name = user;
  exchange.peer_.organizations.clear();
  co_return co_await s.answer(exchange);
}

TEST_CASE("who may do what, as themselves and as others") {
  with_server([](Server& s) -> base::Awaitable<void> {
    std::vector<std::string> rules{"alice list", "root impersonate"};
    s.authorizer = std::make_shared<Rules>(std::move(rules));
    s.use(s.parts());
    const auto listed = co_await call_as(s, "alice", "GET", maps);
    CHECK(listed.status == 200);
    const auto refused = co_await call_as(s, "alice", "DELETE", maps + "/m");
    CHECK(refused.status == 403);
    CHECK(refused.message() ==
          "configmaps \"m\" is forbidden: User \"alice\" cannot delete resource \"configmaps\" in API group "
          "\"\" "
          "in the namespace \"default\"");
    const auto hidden = co_await call_as(s, "alice", "GET", "/api/v1/nonsense/x");
    CHECK(hidden.status == 403);
    const auto nobody = co_await call_as(s, "", "GET", maps);
    CHECK(nobody.status == 401);
    CHECK(nobody.reason() == "Unauthorized");
    const HeaderMap as_alice{{"Impersonate-User", "alice"}};
    const auto lent = co_await call_as(s, "root", "GET", maps, as_alice);
    CHECK(lent.status == 200);
    const auto stolen = co_await call_as(s, "bob", "GET", maps, as_alice);
    CHECK(stolen.status == 403);
    CHECK_THAT(stolen.message(), Catch::Contains("cannot impersonate resource \"users\""));
  });
}

TEST_CASE("more requests at once than may be are sent away, but not administrators") {
  with_server([](Server& s) -> base::Awaitable<void> {
    auto parts = s.parts();
    parts.max_requests_inflight = 1;
    base::Latch go;
    parts.other_paths = [&go](http::Exchange& exchange, const RequestInfo&,
                              const http::Query&) -> base::Awaitable<bool> {
      co_await go.wait();
      http::Response response;
      co_await exchange.respond(std::move(response));
      co_return true;
    };
    s.use(std::move(parts));
    auto slow = s.watch("/slow");
    co_await base::sleep_for(std::chrono::milliseconds(1));
    const auto refused = co_await call_as(s, "alice", "GET", maps);
    CHECK(refused.status == 429);
    CHECK(refused.headers.get("Retry-After") == "1");
    CHECK(refused.reason() == "TooManyRequests");
    const auto admin = co_await s.call("GET", maps);
    CHECK(admin.status == 200);
    const auto writes = co_await s.call("POST", maps, map_of("m"));
    CHECK(writes.status == 201);
    go.open();
    co_await s.tasks.join();
    const auto later = co_await call_as(s, "alice", "GET", maps);
    CHECK(later.status == 200);
    CHECK_THAT(s.metrics.expose(), Catch::Contains("apiserver_request_terminations_total{"));
  });
}

TEST_CASE("what answers beside the registry: reviews, tokens, connections, other paths") {
  with_server([](Server& s) -> base::Awaitable<void> {
    auto parts = s.parts();
    std::string seen;
    parts.virtual_creates["authentication.k8s.io/selfsubjectreviews"] =
        [](registry::Call call, api::Object object) -> base::Awaitable<api::StatusOr<api::Object>> {
      object["status"] = {{"userInfo", call.user.to_json()}};
      co_return object;
    };
    parts.virtual_creates["/serviceaccounts/token"] =
        [&seen](registry::Call call, api::Object) -> base::Awaitable<api::StatusOr<api::Object>> {
      seen = call.ns + "/" + call.name;
      co_return api::StatusError::not_found({"", "serviceaccounts"}, call.name);
    };
    parts.connects["pods/log"] = [&seen](const Request& r) -> base::Awaitable<api::StatusOr<void>> {
      seen =
          r.info.name + " " + r.info.subresource + " " + std::string(r.query.get("tailLines").value_or(""));
      http::Response response;
      response.body = "a line\n";
      co_await r.exchange.respond(std::move(response));
      co_return api::StatusOr<void>();
    };
    parts.other_paths = [](http::Exchange& exchange, const RequestInfo& info,
                           const http::Query&) -> base::Awaitable<bool> {
      if (info.path != "/version") co_return false;
      http::Response response;
      co_await exchange.respond(std::move(response));
      co_return true;
    };
    s.use(std::move(parts));
    const auto me = co_await s.call("POST", "/apis/authentication.k8s.io/v1/selfsubjectreviews", "{}");
    CHECK(me.status == 201);
    CHECK(get_string(me.json(), {"status", "userInfo", "username"}) == "admin");
    const auto token = co_await s.call("POST", "/api/v1/namespaces/default/serviceaccounts/x/token", "{}");
    CHECK(token.status == 404);
    CHECK(seen == "default/x");
    const auto log = co_await s.call("GET", pods + "/p/log?tailLines=5");
    CHECK(log.text == "a line\n");
    CHECK(seen == "p log 5");
    const auto posted = co_await s.call("POST", pods + "/p/log");
    CHECK(posted.status == 405);
    const auto version = co_await s.call("GET", "/version");
    CHECK(version.status == 200);
    CHECK_FALSE(version.headers.get("Audit-Id").empty());
    const auto absent = co_await s.call("POST", "/apis/authentication.k8s.io/v1/tokenreviews", "{}");
    CHECK(absent.status == 404);
  });
}

TEST_CASE("a bug in a part is a 500 with a Status, and the audit id is the client's where it is sane") {
  with_server([](Server& s) -> base::Awaitable<void> {
    auto parts = s.parts();
    parts.other_paths = [](http::Exchange&, const RequestInfo&, const http::Query&) -> base::Awaitable<bool> {
      throw std::runtime_error("a bug");
      co_return false;
    };
    s.use(std::move(parts));
    const HeaderMap named{{"Audit-ID", "client-7"}}, hostile{{"Audit-ID", "a\nb"}};
    const auto broken = co_await s.call("GET", "/version", "", named);
    CHECK(broken.status == 500);
    CHECK(broken.message() == "Internal error occurred: unexpected failure");
    CHECK(broken.headers.get("Audit-Id") == "client-7");
    const auto renamed = co_await s.call("GET", "/version", "", hostile);
    CHECK(renamed.headers.get("Audit-Id").starts_with("audit-"));
  });
}

TEST_CASE("requests are counted with upstream's names and labels") {
  with_server([](Server& s) -> base::Awaitable<void> {
    co_await s.call("POST", maps + "?dryRun=All", map_of("m"));
    co_await s.call("GET", maps);
    co_await s.call("GET", maps + "/m");
    auto watch = s.watch(maps + "?watch=1");
    co_await s.call("POST", maps, map_of("m"));
    co_await watch->line();
    const auto text = s.metrics.expose();
    const std::string configmaps = R"(resource="configmaps",scope=)";
    CHECK_THAT(text,
               Catch::Contains(
                   R"(apiserver_request_total{code="201",component="apiserver",dry_run="All",group="",)" +
                   configmaps + R"("resource",subresource="",verb="POST",version="v1"} 1)"));
    CHECK_THAT(text, Catch::Contains(
                         R"(apiserver_request_total{code="200",component="apiserver",dry_run="",group="",)" +
                         configmaps + R"("namespace",subresource="",verb="LIST",version="v1"} 1)"));
    CHECK_THAT(text, Catch::Contains(R"(code="404",component="apiserver",dry_run="",group="",)" + configmaps +
                                     R"("resource",subresource="",verb="GET",version="v1"} 1)"));
    CHECK_THAT(text,
               Catch::Contains("apiserver_longrunning_requests{component=\"apiserver\",group=\"\"," +
                               configmaps + R"("namespace",subresource="",verb="WATCH",version="v1"} 1)"));
    CHECK_THAT(text, Catch::Contains(
                         R"(apiserver_watch_events_total{group="",resource="configmaps",version="v1"} 1)"));
    CHECK_THAT(text, Catch::Contains(R"(apiserver_current_inflight_requests{request_kind="mutating"} 0)"));
    CHECK_THAT(text, Catch::Contains(R"(verb="LIST",version="v1",le="0.005"})"));
  });
}

}  // namespace
}  // namespace apiserver::request
