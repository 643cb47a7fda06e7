#include "apiserver/allocation/allocator.hpp"
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <catch2/catch.hpp>
#include <map>

using namespace apiserver::allocation;
namespace json = boost::json;
using api::NamespacedName;

namespace {

/// In memory; `stale` hides what is taken from the hints, as a lagging cache does.
class Book final : public Reservations {
 public:
  std::map<std::string, std::string> ips;
  std::map<std::int64_t, std::string> ports;
  bool stale = false;

  bool seems_taken(const std::string& ip) const override { return !stale && ips.contains(ip); }
  bool seems_taken(std::int64_t port) const override { return !stale && ports.contains(port); }
  base::Awaitable<api::StatusOr<Reserved>> take_ip(std::string ip, NamespacedName owner) override {
    co_return take(ips, ip, owner);
  }
  base::Awaitable<api::StatusOr<Reserved>> take_port(std::int64_t port, NamespacedName owner) override {
    co_return take(ports, port, owner);
  }
  base::Awaitable<void> give_ip(std::string ip, NamespacedName owner) override {
    if (ips[ip] == owner.text()) ips.erase(ip);
    co_return;
  }
  base::Awaitable<void> give_port(std::int64_t port, NamespacedName owner) override {
    if (ports[port] == owner.text()) ports.erase(port);
    co_return;
  }

 private:
  template <class Map, class Key>
  static Reserved take(Map& map, const Key& key, const NamespacedName& owner) {
    const auto [at, fresh] = map.try_emplace(key, owner.text());
    return fresh ? Reserved::now : at->second == owner.text() ? Reserved::before : Reserved::another;
  }
};

template <class T>
T run(base::Awaitable<T> work) {
  boost::asio::io_context io;
  std::optional<T> out;
  boost::asio::co_spawn(io, std::move(work), [&](std::exception_ptr e, T value) {
    if (e) std::rethrow_exception(e);
    out.emplace(std::move(value));
  });
  io.run();
  return std::move(*out);
}
void run(base::Awaitable<void> work) {
  boost::asio::io_context io;
  boost::asio::co_spawn(io, std::move(work), [](std::exception_ptr e) {
    if (e) std::rethrow_exception(e);
  });
  io.run();
}

struct World {
  std::shared_ptr<Book> book = std::make_shared<Book>();
  ServiceAllocator allocator{
      Options{{IpRange::parse("10.0.0.0/27").value()}, {30000, 30009}, [](auto) { return 0; }}, book};
  api::StatusOr<ServiceAllocator::Taken> take(std::string_view spec, std::string_view name = "web",
                                              bool dry_run = false, std::shared_ptr<api::Object> old = {}) {
    return run(allocator.take(service(spec, name), std::move(old), dry_run));
  }
  static api::Object service(std::string_view spec, std::string_view name = "web") {
    api::Object o{{"metadata", json::object{{"name", name}, {"namespace", "default"}}}};
    o["spec"] = json::parse(spec);
    return o;
  }
};

constexpr const char* plain = R"({"type":"ClusterIP","ipFamilies":["IPv4"],"ports":[{"port":80}]})";

}  // namespace

TEST_CASE("a service gets a free address, and others another") {
  World w;
  CHECK(w.take(plain)->service.at("spec").at("clusterIP") == "10.0.0.17");
  w.book->stale = true;
  const auto second = w.take(plain, "other");
  CHECK(second->service.at("spec").at("clusterIPs") == json::parse(R"(["10.0.0.18"])"));
  CHECK(w.book->ips.at("10.0.0.18") == "default/other");
}

TEST_CASE("headless and external services need none") {
  World w;
  const auto headless = w.take(R"({"type":"ClusterIP","clusterIP":"None","ports":[]})");
  CHECK(headless->service.at("spec").at("clusterIPs") == json::parse(R"(["None"])"));
  w.take(R"({"type":"ExternalName","externalName":"example.com"})");
  CHECK(w.book->ips.empty());
}

TEST_CASE("named addresses and ports are checked") {
  World w;
  const auto outside = w.take(R"({"type":"ClusterIP","clusterIP":"10.1.0.1"})");
  CHECK(outside.error().reason == "Invalid");
  CHECK(outside.error().causes.at(0).field == "spec.clusterIPs[0]");
  REQUIRE(w.take(R"({"type":"ClusterIP","clusterIP":"10.0.0.1"})").has_value());
  CHECK(w.take(R"({"type":"ClusterIP","clusterIP":"10.0.0.1"})", "thief")
            .error()
            .message.find("already allocated") != std::string::npos);
  // The first service's own reservation survives a second create of it that fails.
  const auto again = w.take(R"({"type":"ClusterIP","clusterIP":"10.0.0.1"})");
  run(w.allocator.settle(again->claims, {"default", "web"}, false));
  CHECK(w.book->ips.contains("10.0.0.1"));
  const auto port = w.take(R"({"type":"NodePort","ports":[{"port":80,"nodePort":80}]})", "ported");
  CHECK(port.error().causes.at(0).field == "spec.ports[0].nodePort");
  CHECK(w.book->ips.size() == 1);
}

TEST_CASE("node ports: any, shared between protocols, for health checks") {
  World w;
  const auto spec = w.take(R"({"type":"LoadBalancer","externalTrafficPolicy":"Local","ports":[
      {"port":53,"protocol":"UDP"},{"port":53,"protocol":"TCP"},{"port":80}]})")
                        ->service.at("spec");
  CHECK(spec.at("ports").as_array()[0].at("nodePort") == spec.at("ports").as_array()[1].at("nodePort"));
  CHECK(spec.at("ports").as_array()[2].at("nodePort") != spec.at("ports").as_array()[0].at("nodePort"));
  CHECK(spec.at("healthCheckNodePort").to_number<int>() >= 30000);
  CHECK(w.book->ports.size() == 3);
  w.take(R"({"type":"LoadBalancer","allocateLoadBalancerNodePorts":false,"ports":[{"port":80}]})", "bare");
  CHECK(w.book->ports.size() == 3);
}

TEST_CASE("an update keeps what stays and gives back the rest") {
  World w;
  const auto created = w.take(R"({"type":"NodePort","ports":[{"port":80},{"port":81}]})");
  const auto old = std::make_shared<api::Object>(created->service);
  auto spec = created->service.at("spec").as_object();
  spec["ports"].as_array().pop_back();
  const auto updated = w.take(json::serialize(spec), "web", false, old);
  CHECK(updated->claims.ips.empty());
  CHECK(updated->service.at("spec").at("clusterIP") == old->at("spec").at("clusterIP"));
  run(w.allocator.settle(updated->claims, {"default", "web"}, true));
  CHECK(w.book->ports.size() == 1);
  run(w.allocator.release(std::make_shared<api::Object>(updated->service)));
  CHECK(w.book->ports.empty());
  CHECK(w.book->ips.empty());
}

TEST_CASE("a dry run takes nothing; a full range is an error that leaves nothing behind") {
  World w;
  CHECK(w.take(plain, "web", true)->service.at("spec").at("clusterIP") == "10.0.0.17");
  CHECK(w.book->ips.empty());
  for (int i = 0; i < 10; ++i)
    REQUIRE(w.take(R"({"type":"NodePort","ports":[{"port":80}]})", "s" + std::to_string(i)).has_value());
  const auto ips = w.book->ips.size();
  CHECK(w.take(R"({"type":"NodePort","ports":[{"port":80}]})", "late").error().code == 500);
  CHECK(w.book->ips.size() == ips);
}
