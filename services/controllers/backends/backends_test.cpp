#include "controllers/backends/backends.hpp"
#include <catch2/catch.hpp>

namespace controllers::backends {
namespace {

Pod pod() {
  Pod p;
  p.metadata.name = "web-1";
  p.metadata.namespace_ = "ns";
  p.metadata.labels = {{"app", "web"}};
  p.status.pod_ip = "10.0.0.1";
  p.status.phase = "Running";
  auto& port = p.spec.containers.emplace_back().ports.emplace_back();
  port.name = "http";
  port.container_port = 8080;
  auto& sidecar = p.spec.init_containers.emplace_back();
  sidecar.restart_policy = "Always";
  auto& proxy = sidecar.ports.emplace_back();
  proxy.name = "proxy";
  proxy.container_port = 9090;
  proxy.protocol = "TCP";
  return p;
}

ServicePort port(std::optional<api::IntOrString> target, std::string protocol = "TCP") {
  ServicePort p;
  p.port = 80;
  p.protocol = std::move(protocol);
  p.target_port = std::move(target);
  return p;
}

}  // namespace

TEST_CASE("a service port on a pod") {
  CHECK(find_port(pod(), port(std::nullopt)) == 80);
  CHECK(find_port(pod(), port(8081)) == 8081);
  CHECK(find_port(pod(), port(std::string("http"))) == 8080);
  CHECK(find_port(pod(), port(std::string("proxy"))) == 9090);
  CHECK_FALSE(find_port(pod(), port(std::string("http"), "UDP")).has_value());
  CHECK_FALSE(find_port(pod(), port(std::string("none"))).has_value());
}

TEST_CASE("who can serve") {
  auto p = pod();
  CHECK(can_serve(p, false));
  p.metadata.deletion_timestamp = api::Time{};
  CHECK_FALSE(can_serve(p, false));
  CHECK(can_serve(p, true));
  p.status.phase = "Failed";
  CHECK_FALSE(can_serve(p, true));
  p.status.phase = "Running";
  p.status.pod_ip.clear();
  CHECK_FALSE(can_serve(p, true));
}

TEST_CASE("addresses by family") {
  auto p = pod();
  CHECK(addresses(p, false) == std::vector<std::string>{"10.0.0.1"});
  CHECK(addresses(p, true).empty());
  p.status.pod_ips.resize(2);
  p.status.pod_ips[0].ip = "10.0.0.1";
  p.status.pod_ips[1].ip = "fd00::1";
  CHECK(addresses(p, true) == std::vector<std::string>{"fd00::1"});
}

TEST_CASE("a service's name for a pod") {
  Service s;
  s.metadata.name = "web";
  s.metadata.namespace_ = "ns";
  s.spec.selector = {{"app", "web"}};
  auto p = pod();
  CHECK(matches(s, p));
  CHECK(hostname_in(s, p).empty());
  p.spec.hostname = "first";
  p.spec.subdomain = "web";
  CHECK(hostname_in(s, p) == "first");
  s.spec.type = "ExternalName";
  CHECK_FALSE(matches(s, p));
}

TEST_CASE("changes nobody sees do not wake a service") {
  const auto old = pod();
  auto now = old;
  now.metadata.annotations["x"] = "y";
  CHECK_FALSE(is_visible_change(old, now));
  now.status.pod_ip = "10.0.0.2";
  CHECK(is_visible_change(old, now));
}

}  // namespace controllers::backends
