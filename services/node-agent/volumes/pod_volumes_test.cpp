#include "node-agent/volumes/pod_volumes.hpp"
#include <boost/json.hpp>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include "api/types/authentication_v1.hpp"
#include "client/testing/fake_rest_client.hpp"
#include "client/testing/run.hpp"
#include "node-agent/objects/fake_objects.hpp"
#include "node-agent/objects/watched_objects.hpp"
#include "node-agent/volumes/testing.hpp"
#include "node-agent/volumes/volume_type.hpp"

using namespace node_agent::volumes;
using namespace node_agent;
using namespace std::chrono_literals;
using client::testing::eventually;
using testing::TempDirectory;
namespace fs = std::filesystem;
namespace core = api::core::v1;
namespace auth = api::authentication::v1;

namespace {

/// Whether this process may mount; a plain user may not, and the tests hold for both.
bool may_mount() {
  static const bool may = [] {
    TempDirectory dir;
    return mount_tmpfs(dir.path(), 0).has_value();
  }();
  return may;
}

struct Bench {
  explicit Bench(base::Executor executor)
      : ex(executor),
        api(std::make_shared<client::testing::FakeRestClient>(ex)),
        tokens(api, clock),
        volumes(ex, objects, tokens, dir.path()) {
    api->add_reactor(
        [this](const client::testing::Call& c) -> std::optional<base::Result<boost::json::value>> {
          if (c.subresource != "token") return std::nullopt;
          auto answer = api::from_json<auth::TokenRequest>(c.body).value();
          answer.status.token = "token-" + std::to_string(++issued);
          answer.status.expiration_timestamp.at =
              clock.now() + std::chrono::seconds(*answer.spec.expiration_seconds);
          return api::to_json(answer);
        });
  }
  /// Each volume of `list` is mounted by container c at /NAME.
  VolumeManager::PodPtr pod(const std::string& list, const std::string& more = "") {
    auto p = std::make_shared<core::Pod>(
        api::parse<core::Pod>(
            R"({"metadata":{"name":"web","namespace":"ns","uid":"u1","labels":{"app":"web"}},
          "spec":{"serviceAccountName":"robot",)" +
            more + R"("volumes":[)" + list +
            R"(],"containers":[{"name":"c","resources":{"limits":{"cpu":"2"}}}]}})")
            .value());
    for (const auto& v : p->spec.volumes) {
      core::VolumeMount m;
      m.name = v.name;
      m.mount_path = "/" + v.name;
      p->spec.containers[0].volume_mounts.push_back(m);
    }
    return p;
  }
  std::string at(const std::string& plugin, const std::string& rest) {
    return dir / ("pods/u1/volumes/kubernetes.io~" + plugin + "/" + rest);
  }
  /// "" or what went wrong.
  base::Awaitable<std::string> set_up(VolumeManager::PodPtr p) {
    auto done = co_await volumes.set_up(std::move(p));
    co_return done ? "" : done.error().message;
  }

  base::Executor ex;
  TempDirectory dir;
  base::ManualClock clock;
  std::shared_ptr<client::testing::FakeRestClient> api;
  objects::testing::FakeObjects objects;
  objects::Tokens tokens;
  PodVolumes volumes;
  int issued = 0;
};

void with(std::function<base::Awaitable<void>(Bench&)> body) {
  client::testing::run([&](base::Executor ex) -> base::Awaitable<void> {
    Bench bench(ex);
    co_await body(bench);
  });
}

struct HostPathCase {
  std::string path, type, error;
};
std::vector<HostPathCase> host_path_cases(const TempDirectory& dir) {
  return {
      {dir / "anything", "", ""},
      {dir.path(), "Directory", ""},
      {dir / "file", "File", ""},
      {dir / "made/here", "DirectoryOrCreate", ""},
      {dir / "made/file", "FileOrCreate", ""},
      {"/dev/null", "CharDevice", ""},
      {dir / "file", "Directory", "is not a directory"},
      {dir / "none", "Directory", "is not a directory"},
      {dir.path(), "File", "is not a file"},
      {dir / "file", "DirectoryOrCreate", "is not a directory"},
      {dir / "file", "Socket", "is not a socket file"},
      {dir / "file", "CharDevice", "is not a character device"},
      {dir / "file", "BlockDevice", "is not a block device"},
  };
}

}  // namespace

TEST_CASE("ConfigMaps and Secrets become files that follow their changes") {
  with([](Bench& b) -> base::Awaitable<void> {
    const auto pod = b.pod(R"({"name":"conf","configMap":{"name":"m"}},
      {"name":"key","secret":{"secretName":"s","defaultMode":256,"items":[{"key":"p","path":"in/pass"}]}},
      {"name":"maybe","configMap":{"name":"none","optional":true}})");
    std::string error = co_await b.set_up(pod);
    CHECK(error == "MountVolume.SetUp failed for volume \"conf\" : configmap \"m\" not found");
    b.objects.put("ns", "m", {{"a", "1"}, {"b", "2"}});
    b.objects.put_secret("ns", "s", {{"p", "word"}});
    error = co_await b.set_up(pod);
    CHECK(error == "");
    CHECK(testing::read(b.at("configmap", "conf/a")) == "1");
    CHECK(testing::read(b.at("secret", "key/in/pass")) == "word");
    CHECK(testing::mode_of(b.at("secret", "key/in/pass")) == 0400);
    CHECK(fs::is_directory(b.at("configmap", "maybe")));
    CHECK(mounts_below(b.dir.path()).size() == (may_mount() ? 1 : 0));
    CHECK(testing::mode_of(b.dir / "pods/u1") == 0750);

    b.objects.put("ns", "m", {{"a", "new"}});
    error = co_await b.set_up(pod);
    CHECK(error == "");
    CHECK(testing::read(b.at("configmap", "conf/a")) == "new");
    CHECK(testing::read(b.at("configmap", "conf/b")) == "(none)");

    b.objects.put_secret("ns", "s", {{"q", "x"}});
    error = co_await b.set_up(pod);
    CHECK(error == "MountVolume.SetUp failed for volume \"key\" : references non-existent secret key: p");
    CHECK(testing::read(b.at("secret", "key/in/pass")) == "word");

    auto gone = co_await b.volumes.tear_down("u1");
    CHECK(gone.has_value());
    CHECK_FALSE(fs::exists(b.dir / "pods/u1/volumes"));
    CHECK(mounts_below(b.dir.path()).empty());
    gone = co_await b.volumes.tear_down("u1");
    CHECK(gone.has_value());
  });
}

TEST_CASE("what the API changes reaches a pod that runs") {
  client::testing::run([](base::Executor ex) -> base::Awaitable<void> {
    TempDirectory dir;
    base::ManualClock clock;
    auto api = std::make_shared<client::testing::FakeRestClient>(ex);
    core::ConfigMap map;
    map.metadata.name = "m";
    map.metadata.namespace_ = "ns";
    map.data["a"] = "1";
    api->put(map);
    int woken = 0;
    objects::WatchedObjects objects(ex, api, clock, [&](const std::string&) { ++woken; });
    objects::Tokens tokens(api, clock);
    PodVolumes volumes(ex, objects, tokens, dir.path());
    auto pod = std::make_shared<core::Pod>(
        api::parse<core::Pod>(R"({"metadata":{"name":"web","namespace":"ns","uid":"u1"},"spec":{
      "volumes":[{"name":"conf","configMap":{"name":"m"}}],
      "containers":[{"name":"c","volumeMounts":[{"name":"conf","mountPath":"/conf"}]}]}})")
            .value());
    objects.retain(*pod);
    auto done = co_await volumes.set_up(pod);
    CHECK(done.has_value());
    const auto file = dir / "pods/u1/volumes/kubernetes.io~configmap/conf/a";
    CHECK(testing::read(file) == "1");
    map.data["a"] = "2";
    api->put(map);
    const bool ok = co_await eventually([&] { return woken == 1; });
    CHECK(ok);
    done = co_await volumes.set_up(pod);
    CHECK(testing::read(file) == "2");
    co_await objects.stop();
  });
}

TEST_CASE("a projected volume joins its sources, and its token is renewed") {
  with([](Bench& b) -> base::Awaitable<void> {
    b.objects.put("ns", "kube-root-ca.crt", {{"ca.crt", "PEM"}});
    const auto pod = b.pod(R"({"name":"api","projected":{"defaultMode":420,"sources":[
      {"serviceAccountToken":{"path":"token","expirationSeconds":3607}},
      {"configMap":{"name":"kube-root-ca.crt","items":[{"key":"ca.crt","path":"ca.crt"}]}},
      {"secret":{"name":"none","optional":true}},
      {"downwardAPI":{"items":[{"path":"namespace","fieldRef":{"fieldPath":"metadata.namespace"}}]}}]}})");
    std::string error = co_await b.set_up(pod);
    CHECK(error == "");
    CHECK(testing::read(b.at("projected", "api/token")) == "token-1");
    CHECK(testing::mode_of(b.at("projected", "api/token")) == 0644);
    CHECK(testing::read(b.at("projected", "api/ca.crt")) == "PEM");
    CHECK(testing::read(b.at("projected", "api/namespace")) == "ns");
    b.clock.advance(40min);
    error = co_await b.set_up(pod);
    CHECK(testing::read(b.at("projected", "api/token")) == "token-1");
    b.clock.advance(9min);
    error = co_await b.set_up(pod);
    CHECK(testing::read(b.at("projected", "api/token")) == "token-2");
  });
}

TEST_CASE("files of the downward API follow the pod") {
  with([](Bench& b) -> base::Awaitable<void> {
    auto pod = std::make_shared<core::Pod>(*b.pod(R"({"name":"me","downwardAPI":{"items":[
      {"path":"labels","fieldRef":{"fieldPath":"metadata.labels"}},
      {"path":"cpu","mode":384,"resourceFieldRef":{"containerName":"c","resource":"limits.cpu","divisor":"1m"}}]}})"));
    std::string error = co_await b.set_up(pod);
    CHECK(error == "");
    CHECK(testing::read(b.at("downward-api", "me/labels")) == "app=\"web\"");
    CHECK(testing::read(b.at("downward-api", "me/cpu")) == "2000");
    CHECK(testing::mode_of(b.at("downward-api", "me/cpu")) == 0600);
    pod = std::make_shared<core::Pod>(*pod);
    pod->metadata.labels["new"] = "1";
    error = co_await b.set_up(pod);
    CHECK(testing::read(b.at("downward-api", "me/labels")) == "app=\"web\"\nnew=\"1\"");
  });
}

TEST_CASE("an emptyDir is there for anyone and keeps what is in it") {
  with([](Bench& b) -> base::Awaitable<void> {
    const auto pod = b.pod(R"({"name":"data","emptyDir":{"sizeLimit":"1Gi"}},
      {"name":"fast","emptyDir":{"medium":"Memory","sizeLimit":"1Mi"}})");
    std::string error = co_await b.set_up(pod);
    CHECK(error == "");
    CHECK(testing::mode_of(b.at("empty-dir", "data")) == 0777);
    CHECK(testing::mode_of(b.at("empty-dir", "fast")) == 0777);
    CHECK(mounts_below(b.at("empty-dir", "fast")).size() == (may_mount() ? 1 : 0));
    testing::write(b.at("empty-dir", "fast/x"), "kept");
    // As after a restart of the agent.
    PodVolumes again(b.ex, b.objects, b.tokens, b.dir.path());
    auto done = co_await again.set_up(pod);
    CHECK(done.has_value());
    CHECK(testing::read(b.at("empty-dir", "fast/x")) == "kept");
    CHECK(mounts_below(b.at("empty-dir", "fast")).size() == (may_mount() ? 1 : 0));
    done = co_await again.tear_down("u1");
    CHECK(done.has_value());
    CHECK_FALSE(fs::exists(b.at("empty-dir", "data")));
  });
}

TEST_CASE("the group of the pod owns its volumes") {
  if (::geteuid() != 0) return;  // A plain user has no files to give away.
  with([](Bench& b) -> base::Awaitable<void> {
    b.objects.put("ns", "m", {{"a", "1"}});
    const auto pod =
        b.pod(R"({"name":"data","emptyDir":{}},{"name":"conf","configMap":{"name":"m","defaultMode":256}},
      {"name":"api","projected":{"sources":[{"serviceAccountToken":{"path":"token"}}]}})",
              R"("securityContext":{"fsGroup":4321,"runAsUser":1234},)");
    std::string error = co_await b.set_up(pod);
    CHECK(error == "");
    CHECK(testing::stat_of(b.at("empty-dir", "data")).st_gid == 4321);
    CHECK(testing::mode_of(b.at("empty-dir", "data")) == 02777);
    CHECK(testing::stat_of(b.at("configmap", "conf/a")).st_gid == 4321);
    CHECK(testing::mode_of(b.at("configmap", "conf/a")) == 0440);
    CHECK(testing::stat_of(b.at("projected", "api/token")).st_uid == 1234);
    CHECK(testing::mode_of(b.at("projected", "api/token")) == 0640);
  });
}

TEST_CASE("a hostPath must be what it says") {
  with([](Bench& b) -> base::Awaitable<void> {
    testing::write(b.dir / "file", "x");
    const auto cases = host_path_cases(b.dir);
    for (const auto& c : cases) {
      INFO(c.path << " " << c.type);
      const auto pod =
          b.pod(R"({"name":"h","hostPath":{"path":")" + c.path + R"(","type":")" + c.type + "\"}}");
      auto done = co_await b.volumes.tear_down("u1");
      std::string error = co_await b.set_up(pod);
      const std::string start = "MountVolume.SetUp failed for volume \"h\" : hostPath type check failed: ";
      CHECK(error == (c.error.empty() ? "" : start + c.path + " " + c.error));
    }
    CHECK(fs::is_directory(b.dir / "anything"));
    CHECK(fs::is_directory(b.dir / "made/here"));
    CHECK(testing::read(b.dir / "made/file") == "");
    CHECK_FALSE(fs::exists(b.dir / "none"));
    CHECK(fs::exists(b.dir / "file"));
  });
}

TEST_CASE("volumes this node does not know are named; those nobody mounts are left out") {
  with([](Bench& b) -> base::Awaitable<void> {
    auto pod = std::make_shared<core::Pod>(*b.pod(R"({"name":"disk","nfs":{"server":"s","path":"/"}})"));
    std::string error = co_await b.set_up(pod);
    CHECK(
        error ==
        "MountVolume.SetUp failed for volume \"disk\" : volumes of type nfs are not supported on this node");
    error = co_await b.set_up(b.pod(R"({"name":"big","emptyDir":{"medium":"HugePages"}})"));
    CHECK(error ==
          "MountVolume.SetUp failed for volume \"big\" : emptyDir medium \"HugePages\" is not supported on "
          "this "
          "node");
    pod->spec.containers[0].volume_mounts.clear();
    error = co_await b.set_up(pod);
    CHECK(error == "");
    pod->metadata.uid = "../u";
    error = co_await b.set_up(pod);
    CHECK(error == "a pod's uid cannot be \"../u\"");
  });
}

TEST_CASE("a subPath is held for its container") {
  const environment::Variables variables = {{"WHO", "me"}};
  with([&](Bench& b) -> base::Awaitable<void> {
    b.objects.put("ns", "m", {{"a", "1"}});
    auto pod = std::make_shared<core::Pod>(*b.pod(R"({"name":"data","emptyDir":{}},
      {"name":"conf","configMap":{"name":"m"}})"));
    auto& mounts = pod->spec.containers[0].volume_mounts;
    mounts[0].sub_path_expr = "of/$(WHO)";
    mounts[1].sub_path = "a";
    std::string error = co_await b.set_up(pod);
    for (int round = 0; round < 2; ++round) {
      auto made = co_await b.volumes.mounts(pod, pod->spec.containers[0], variables);
      REQUIRE(made.has_value());
      testing::write((*made)[0].host_path + "/x", "y");
      CHECK(testing::read(b.at("empty-dir", "data/of/me/x")) == "y");
      CHECK(testing::read((*made)[1].host_path) == "1");
      CHECK((*made)[1].readonly);
    }
    fs::create_symlink("/etc", b.at("empty-dir", "data/out"));
    mounts[0].sub_path_expr = "out";
    auto made = co_await b.volumes.mounts(pod, pod->spec.containers[0], variables);
    REQUIRE_FALSE(made.has_value());
    CHECK(made.error().message == "failed to prepare subPath for volumeMount \"data\" of container \"c\"");
    auto done = co_await b.volumes.tear_down("u1");
    CHECK(done.has_value());
    CHECK(fs::exists("/etc/passwd"));
    CHECK_FALSE(fs::exists(b.dir / "pods/u1/volume-subpaths"));
  });
}

TEST_CASE("the list of volume types has no doubles") {
  std::set<std::string> fields, plugins;
  for (const auto& type : volume_types()) {
    CHECK(fields.insert(type.field).second);
    CHECK((type.plugin.empty() || plugins.insert(type.plugin).second));
    const auto volume = api::parse<core::Volume>(R"({"name":"v",")" + type.field + "\":{}}");
    REQUIRE(volume.has_value());
    CHECK(type_of(*volume) == &type);
  }
}
