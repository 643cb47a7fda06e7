#include <catch2/catch.hpp>
#include "apiserver/admission/testing.hpp"

using namespace apiserver::admission;
using testing::object;
using testing::Write;

namespace {
const auto plugin = service_account({});
constexpr auto pod = R"({"metadata":{"name":"p","namespace":"n"},"spec":{
    "containers":[{"name":"a"},{"name":"b","volumeMounts":[
        {"name":"mine","mountPath":"/var/run/secrets/kubernetes.io/serviceaccount"}]}]}})";

struct WithAccount : Write {
  explicit WithAccount(const char* text = pod,
                       const char* account = R"({"metadata":{"name":"default","namespace":"n"}})")
      : Write(Operation::create, "", "pods", text) {
    lookup.put("", "serviceaccounts", testing::object(account));
  }
  std::size_t volumes() {
    const auto* v = api::get_array(object, {"spec", "volumes"});
    return v ? v->size() : 0;
  }
};
}  // namespace

TEST_CASE("a pod gets the default account and its token") {
  WithAccount w;
  REQUIRE(w.run(*plugin).empty());
  CHECK(api::get_string(w.object, {"spec", "serviceAccountName"}) == "default");
  REQUIRE(w.volumes() == 1);
  const auto& volume = w.object["spec"].at("volumes").at(0).as_object();
  CHECK(api::get_string(volume, {"name"}) == "kube-api-access-xxxxx");
  CHECK(api::get_array(volume, {"projected", "sources"})->size() == 3);
  CHECK(api::get_int(volume, {"projected", "defaultMode"}) == 420);
  const auto& containers = w.object["spec"].at("containers").as_array();
  CHECK(containers[0].at("volumeMounts").as_array().size() == 1);
  CHECK(containers[1].at("volumeMounts").at(0).at("name") == "mine");
}

TEST_CASE("the token can be declined by the pod, then by the account") {
  WithAccount by_account(
      pod, R"({"metadata":{"name":"default","namespace":"n"},"automountServiceAccountToken":false})");
  CHECK(by_account.run(*plugin).empty());
  CHECK(by_account.volumes() == 0);
  WithAccount by_pod(
      R"({"metadata":{"name":"p","namespace":"n"},"spec":{"automountServiceAccountToken":true,
      "containers":[{"name":"a"}]}})",
      R"({"metadata":{"name":"default","namespace":"n"},"automountServiceAccountToken":false})");
  CHECK(by_pod.run(*plugin).empty());
  CHECK(by_pod.volumes() == 1);
}

TEST_CASE("pull secrets come from the account unless the pod has its own") {
  constexpr auto account =
      R"({"metadata":{"name":"default","namespace":"n"},"imagePullSecrets":[{"name":"r"}]})";
  WithAccount w(pod, account);
  CHECK(w.run(*plugin).empty());
  CHECK(w.object["spec"].at("imagePullSecrets").at(0).at("name") == "r");
  WithAccount own(R"({"metadata":{"name":"p","namespace":"n"},"spec":{"imagePullSecrets":[{"name":"own"}]}})",
                  account);
  CHECK(own.run(*plugin).empty());
  CHECK(own.object["spec"].at("imagePullSecrets").at(0).at("name") == "own");
}

TEST_CASE("an unknown account is refused, perhaps too early") {
  Write w(Operation::create, "", "pods", pod);
  CHECK(w.run(*plugin) ==
        "pods \"p\" is forbidden: error looking up service account n/default: serviceaccount "
        "\"default\" not found");
  CHECK(plugin->admit(w.a, w.context).error().may_be_stale);
}

TEST_CASE("a mirror pod has no account") {
  Write w(Operation::create, "", "pods", R"({"metadata":{"name":"p","namespace":"n",
      "annotations":{"kubernetes.io/config.mirror":"x"}},"spec":{"serviceAccountName":"a"}})");
  CHECK(w.run(*plugin) == "pods \"p\" is forbidden: a mirror pod may not reference service accounts");
  w.object["spec"].as_object().erase("serviceAccountName");
  CHECK(w.run(*plugin).empty());
}
