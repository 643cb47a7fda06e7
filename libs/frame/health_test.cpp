#include <catch2/catch.hpp>
#include "frame/frame.hpp"

namespace frame {
namespace {

base::Result<void> fine() {
  return {};
}
base::Result<void> broken() {
  return base::Error(base::Errc::unavailable, "no leader");
}

http::Response ask(const Health& health, std::string_view path, std::string_view query = "") {
  return health.answer(path, http::Query::parse(query));
}

TEST_CASE("health answers per endpoint, in upstream's form") {
  Health health;
  health.add("ping", Health::Kind::both, fine);
  health.add("etcd", Health::Kind::ready, broken);
  CHECK(ask(health, "/livez").body == "ok");
  const auto ready = ask(health, "/readyz");
  CHECK(ready.status == 500);
  CHECK(ready.body == "[+]ping ok\n[-]etcd failed: reason withheld\nreadyz check failed\n");
  CHECK(ask(health, "/readyz", "exclude=etcd").status == 200);
  CHECK(ask(health, "/readyz", "verbose&exclude=etcd").body ==
        "[+]ping ok\n[+]etcd excluded: ok\nreadyz check passed\n");
  CHECK(ask(health, "/readyz/ping").status == 200);
  CHECK(ask(health, "/readyz/ping").body == "ok");
  CHECK(ask(health, "/readyz/etcd").status == 500);
  CHECK(ask(health, "/readyz/etcd").body == "internal server error: no leader\n");
  CHECK(ask(health, "/livez/etcd").status == 404);
  CHECK(ask(health, "/livez", "verbose&exclude=b&exclude=a").body ==
        "[+]ping ok\nwarn: some health checks cannot be excluded: no matches for \"a\",\"b\"\nlivez check "
        "passed\n");
  CHECK(ask(health, "/readyz/nothing").status == 404);
}

TEST_CASE("health paths are told from others") {
  CHECK(Health::is_health_path("/livez"));
  CHECK(Health::is_health_path("/readyz/etcd"));
  CHECK_FALSE(Health::is_health_path("/livezz"));
  CHECK_FALSE(Health::is_health_path("/api"));
}

}  // namespace
}  // namespace frame
