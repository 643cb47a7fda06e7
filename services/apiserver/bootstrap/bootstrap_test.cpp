#include "apiserver/bootstrap/bootstrap.hpp"
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>
#include "api/object.hpp"

using namespace apiserver;
using namespace apiserver::bootstrap;

namespace {

/// Applies writes to the lookup they were planned from.
class LookupWriter final : public ObjectWriter {
 public:
  explicit LookupWriter(MemoryLookup& lookup) : lookup_(lookup) {}
  base::Awaitable<api::StatusOr<void>> write(Write write) override {
    ++count;
    const auto ns = api::namespace_of(write.object), name = api::name_of(write.object);
    if (write.action == Write::Action::remove)
      lookup_.remove(write.group, write.resource, ns, name);
    else
      lookup_.put(write.group, write.resource, std::move(write.object));
    co_return api::StatusOr<void>();
  }
  int count = 0;

 private:
  MemoryLookup& lookup_;
};

Config config_of(const std::string& address, int port) {
  Config config;
  config.self = {server_name("host", port), "holder", "host", address, port};
  config.service_cidrs = {"10.96.0.0/12"};
  config.service_ip = "10.96.0.1";
  config.client_ca = "PEM";
  return config;
}

struct World {
  MemoryLookup lookup;
  LookupWriter writer{lookup};
  base::ManualClock clock;

  template <class F>
  void with(const Config& config, F f) {
    boost::asio::io_context io;
    Bootstrap bootstrap(io.get_executor(), config, lookup, writer, clock);
    boost::asio::co_spawn(io, f(bootstrap), boost::asio::detached);
    io.run();
  }
  /// The number of writes.
  int pass(const Config& config) {
    writer.count = 0;
    with(config, [](Bootstrap& b) -> base::Awaitable<void> {
      const bool good = co_await b.pass();
      CHECK(good);
      CHECK(b.done());
    });
    return writer.count;
  }
  std::vector<std::string> slices() {
    std::vector<std::string> out;
    for (const auto& s : lookup.list("discovery.k8s.io", "endpointslices", "default"))
      out.emplace_back(api::name_of(*s));
    return out;
  }
  std::size_t subsets() {
    return api::get_array(*lookup.get("", "endpoints", "default", "kubernetes"), {"subsets"})->size();
  }
};

}  // namespace

TEST_CASE("a new cluster gets all that belongs to it, and then only renewals") {
  World w;
  const auto config = config_of("127.0.0.1", 6443);
  CHECK(w.pass(config) > 100);
  CHECK(w.lookup.list("", "namespaces", "").size() == 4);
  CHECK(w.lookup.get("rbac.authorization.k8s.io", "clusterroles", "", "cluster-admin"));
  CHECK(w.lookup.get("scheduling.k8s.io", "priorityclasses", "", "system-node-critical"));
  CHECK(w.lookup.get("networking.k8s.io", "servicecidrs", "", "kubernetes"));
  const auto service = w.lookup.get("", "services", "default", "kubernetes");
  REQUIRE(service);
  CHECK(api::get_string(*service, {"spec", "clusterIP"}) == "10.96.0.1");
  CHECK(w.subsets() == 1);
  CHECK(w.pass(config) == 1);
}

TEST_CASE("what was deleted comes back; a new CA replaces the old") {
  World w;
  auto config = config_of("127.0.0.1", 6443);
  w.pass(config);
  w.lookup.remove("", "services", "default", "kubernetes");
  w.lookup.remove("rbac.authorization.k8s.io", "clusterroles", "", "edit");
  config.client_ca = "OTHER";
  CHECK(w.pass(config) == 4);
  CHECK(w.lookup.get("", "services", "default", "kubernetes"));
  const auto trust = w.lookup.get("", "configmaps", "kube-system", "extension-apiserver-authentication");
  CHECK(api::get_string(*trust, {"data", "client-ca-file"}) == "OTHER");
}

TEST_CASE("endpoints follow the servers that live") {
  World w;
  const auto one = config_of("127.0.0.1", 6443), two = config_of("127.0.0.1", 6444);
  w.pass(one);
  w.pass(two);
  CHECK(w.slices() == std::vector<std::string>{"kubernetes", "kubernetes-6444"});
  CHECK(w.subsets() == 2);
  SECTION("one that stops renewing is dropped") {
    w.clock.advance(server_lease + std::chrono::seconds(1));
    w.pass(two);
    CHECK(w.slices() == std::vector<std::string>{"kubernetes"});
    CHECK(w.lookup.list("coordination.k8s.io", "leases", "kube-system").size() == 1);
  }
  SECTION("one that leaves takes itself out") {
    w.with(two, [](Bootstrap& b) { return b.leave(); });
    CHECK(w.slices() == std::vector<std::string>{"kubernetes"});
    CHECK(w.subsets() == 1);
  }
}
