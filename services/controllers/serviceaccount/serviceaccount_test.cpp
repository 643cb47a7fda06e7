#include "controllers/serviceaccount/serviceaccount.hpp"
#include <catch2/catch.hpp>
#include "controllers/frame/testing.hpp"

namespace controllers::serviceaccount {
namespace {

using api::core::v1::ConfigMap;
using api::core::v1::Namespace;
using api::core::v1::ServiceAccount;
using testing::eventually;
using testing::Rig;

Namespace ns(const std::string& name, const std::string& phase = "Active") {
  Namespace n;
  n.metadata.name = name;
  n.status.phase = phase;
  return n;
}

}  // namespace

TEST_CASE("every living namespace has a default service account, again after a deletion") {
  testing::run([](base::Executor ex) -> base::Awaitable<void> {
    Rig rig(ex);
    rig.api->put(ns("a"));
    rig.api->put(ns("going", "Terminating"));
    auto controller = default_account_descriptor().make(rig.context());
    co_await rig.start(*controller);
    const auto there = [&] { return rig.api->find<ServiceAccount>("a", "default").has_value(); };
    CHECK(co_await eventually(there));
    rig.api->put(ns("b"));
    const auto there_too = [&] { return rig.api->find<ServiceAccount>("b", "default").has_value(); };
    CHECK(co_await eventually(there_too));
    const auto uid = rig.api->find<ServiceAccount>("a", "default")->metadata.uid;
    std::string in = "a", name = "default";
    base::ignore_error(co_await rig.api->remove<ServiceAccount>(in, name));
    const auto back = [&] {
      return there() && rig.api->find<ServiceAccount>("a", "default")->metadata.uid != uid;
    };
    CHECK(co_await eventually(back));
    CHECK(rig.api->all<ServiceAccount>().size() == 2);
    co_await rig.stop(*controller);
  });
}

TEST_CASE("the root CA is published and restored") {
  testing::run([](base::Executor ex) -> base::Awaitable<void> {
    Rig rig(ex);
    CHECK(root_ca_descriptor().make(rig.context()) == nullptr);
    rig.options.root_ca = "PEM";
    rig.api->put(ns("a"));
    auto controller = root_ca_descriptor().make(rig.context());
    co_await rig.start(*controller);
    const auto published = [&] {
      const auto map = rig.api->find<ConfigMap>("a", "kube-root-ca.crt");
      return map && map->data == std::map<std::string, std::string>{{"ca.crt", "PEM"}};
    };
    CHECK(co_await eventually(published));
    auto map = *rig.api->find<ConfigMap>("a", "kube-root-ca.crt");
    map.data["ca.crt"] = "forged";
    rig.api->put(map);
    CHECK(co_await eventually(published));
    co_await rig.stop(*controller);
  });
}

}  // namespace controllers::serviceaccount
