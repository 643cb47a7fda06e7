#include "node-agent/environment/environment.hpp"
#include <catch2/catch.hpp>
#include "client/testing/run.hpp"
#include "node-agent/objects/fake_objects.hpp"

using namespace node_agent::environment;
using node_agent::objects::testing::FakeObjects;
using node_agent::objects::testing::FakeServices;
namespace core = api::core::v1;

namespace {

/// "A=1 B=2", or "! message".
std::string variables(const std::string& container, FakeServices* services = nullptr) {
  FakeObjects objects;
  objects.put("ns", "conf", {{"color", "blue"}, {"size", "9"}});
  objects.put_secret("ns", "key", {{"password", "p$(A)"}});
  std::string out;
  client::testing::run([&](base::Executor) -> base::Awaitable<void> {
    auto pod = std::make_shared<core::Pod>();
    pod->metadata.name = "web";
    pod->metadata.namespace_ = "ns";
    pod->spec.containers.push_back(api::parse<core::Container>(container).value());
    PodFacts facts;
    facts.pod_ips = {"10.0.0.1"};
    auto got = co_await variables_of(pod, pod->spec.containers[0], facts, objects, services);
    if (!got) {
      out = "! " + got.error().message;
      co_return;
    }
    for (const auto& [name, value] : *got)
      out += (out.empty() ? "" : " ") + name + "=" + value;
  });
  return out;
}

}  // namespace

TEST_CASE("the environment of a container") {
  struct Case {
    const char *container, *variables;
  };
  const Case cases[] = {
      {R"x({"name":"c"})x", ""},
      {R"x({"env":[{"name":"A","value":"1"},{"name":"B","value":"$(A)-$(C)"},{"name":"C","value":"3"}]})x",
       "A=1 B=1-$(C) C=3"},
      {R"x({"env":[{"name":"A","value":"1"},{"name":"A","value":"2"}]})x", "A=2"},
      {R"x({"env":[{"name":"A"}]})x", "A="},
      {R"x({"env":[{"name":"IP","valueFrom":{"fieldRef":{"fieldPath":"status.podIP"}}}]})x", "IP=10.0.0.1"},
      {R"x({"env":[{"name":"IP","valueFrom":{"fieldRef":{"fieldPath":"status.x"}}}]})x",
       "! unsupported fieldPath: status.x"},
      {R"x({"name":"c","resources":{"limits":{"cpu":"2"}},"env":[{"name":"N","valueFrom":{"resourceFieldRef":{"resource":"limits.cpu"}}}]})x",
       "N=2"},
      {R"x({"env":[{"name":"C","valueFrom":{"configMapKeyRef":{"name":"conf","key":"color"}}}]})x", "C=blue"},
      {R"x({"env":[{"name":"C","valueFrom":{"configMapKeyRef":{"name":"conf","key":"x"}}}]})x",
       "! couldn't find key x in ConfigMap ns/conf"},
      {R"x({"env":[{"name":"C","valueFrom":{"configMapKeyRef":{"name":"conf","key":"x","optional":true}}}]})x",
       ""},
      {R"x({"env":[{"name":"C","valueFrom":{"configMapKeyRef":{"name":"no","key":"x"}}}]})x",
       "! configmap \"no\" not found"},
      {R"x({"env":[{"name":"C","valueFrom":{"configMapKeyRef":{"name":"no","key":"x","optional":true}}}]})x",
       ""},
      // Only literals are expanded, but what they name may come from anywhere.
      {R"x({"env":[{"name":"P","valueFrom":{"secretKeyRef":{"name":"key","key":"password"}}},{"name":"Q","value":"<$(P)>"}]})x",
       "P=p$(A) Q=<p$(A)>"},
      {R"x({"env":[{"name":"P","valueFrom":{"secretKeyRef":{"name":"key","key":"x"}}}]})x",
       "! couldn't find key x in Secret ns/key"},
      {R"x({"env":[{"name":"P","valueFrom":{"secretKeyRef":{"name":"no","key":"x"}}}]})x",
       "! secret \"no\" not found"},
      {R"x({"env":[{"name":"P","valueFrom":{"secretKeyRef":{"name":"no","key":"x","optional":true}}}]})x",
       ""},
      {R"x({"envFrom":[{"configMapRef":{"name":"conf"}},{"prefix":"K_","secretRef":{"name":"key"}}],"env":[{"name":"size","value":"$(color)"}]
})x",
       "color=blue size=blue K_password=p$(A)"},
      {R"x({"envFrom":[{"configMapRef":{"name":"no"}}]})x", "! configmap \"no\" not found"},
      {R"x({"envFrom":[{"configMapRef":{"name":"no","optional":true}},{"secretRef":{"name":"no","optional":true}}]})x",
       ""},
      {R"x({"envFrom":[{"secretRef":{"name":"no"}}]})x", "! secret \"no\" not found"},
  };
  for (const auto& c : cases) {
    INFO(c.container);
    CHECK(variables(c.container) == c.variables);
  }
}

TEST_CASE("variables of services come last and may be named and replaced") {
  FakeServices services;
  services.put(
      R"x({"metadata":{"name":"db","namespace":"ns"},"spec":{"clusterIP":"10.1.1.1","ports":[{"port":1}]}})x");
  services.put(
      R"x({"metadata":{"name":"db2","namespace":"other"},"spec":{"clusterIP":"10.1.1.2","ports":[{"port":1}]}})x");
  const auto got = variables(
      R"x({"env":[{"name":"URL","value":"http://$(DB_SERVICE_HOST)"
},{"name":"DB_PORT","value":"mine"}]
})x",
      &services);
  CHECK(got ==
        "URL=http://10.1.1.1 DB_PORT=mine DB_PORT_1_TCP=tcp://10.1.1.1:1 DB_PORT_1_TCP_ADDR=10.1.1.1 "
        "DB_PORT_1_TCP_PORT=1 DB_PORT_1_TCP_PROTO=tcp DB_SERVICE_HOST=10.1.1.1 DB_SERVICE_PORT=1");
  services.is_synced = false;
  CHECK(variables("{}", &services) ==
        "! services have not yet been read at least once, cannot construct envvars");
}

TEST_CASE("command and arguments are expanded") {
  const Variables known = {{"A", "1"}};
  CHECK(expand_all({"run", "$(A)", "$$(A)", "$(B)"}, known) ==
        std::vector<std::string>{"run", "1", "$(A)", "$(B)"});
}
