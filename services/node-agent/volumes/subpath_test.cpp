#include "node-agent/volumes/subpath.hpp"
#include <catch2/catch.hpp>
#include <filesystem>
#include "node-agent/volumes/mount_plan.hpp"
#include "node-agent/volumes/testing.hpp"

using namespace node_agent::volumes;
using testing::TempDirectory;
namespace fs = std::filesystem;
namespace core = api::core::v1;

TEST_CASE("a subpath stays within its volume") {
  TempDirectory dir;
  testing::write(dir / "secret", "outside");
  const std::string volume = dir / "v";
  testing::write(volume + "/a/file", "x");
  fs::create_directory_symlink("a", volume + "/link");
  fs::create_symlink("../secret", volume + "/out");
  fs::create_symlink("/etc/passwd", volume + "/absolute");
  fs::create_symlink("a/../../secret", volume + "/sly");
  fs::create_symlink("loop", volume + "/loop");
  fs::create_directory_symlink("..", volume + "/a/up");
  struct Case {
    const char *subpath, *found;
  };
  const Case cases[] = {
      {"a", "/a"},
      {"a/file", "/a/file"},
      {"link/file", "/a/file"},
      {"a/up/a", "/a"},
      {"out", ""},
      {"absolute", ""},
      {"sly", ""},
      {"loop", ""},
      {"a/file/x", ""},
      {"./a//file", "/a/file"},
      {"..", ""},
      {"link/up/../v", ""},
  };
  for (const auto& c : cases) {
    INFO(c.subpath);
    auto place = open_in_volume(volume, c.subpath, true);
    CHECK(place.has_value() == (*c.found != '\0'));
    if (place) CHECK(place->path() == volume + c.found);
  }
  CHECK_FALSE(fs::exists(dir / "x"));
}

TEST_CASE("a missing subpath is made with the mode of its volume, if it may be") {
  TempDirectory dir;
  fs::permissions(dir.path(), fs::perms(0775));
  CHECK(open_in_volume(dir.path(), "x/y", false).error().is(base::Errc::not_found));
  const auto place = open_in_volume(dir.path(), "x/y", true);
  REQUIRE(place.has_value());
  CHECK(place->is_directory());
  CHECK(testing::mode_of(dir / "x/y") == 0775);
}

TEST_CASE("mounts of a container are planned") {
  const auto pod = api::parse<core::Pod>(R"({"metadata":{"uid":"u1"},"spec":{
    "volumes":[{"name":"data","emptyDir":{}},{"name":"conf","configMap":{"name":"c"}},
      {"name":"host","hostPath":{"path":"/srv"}},{"name":"disk","nfs":{"server":"s","path":"/"}}]}})")
                       .value();
  const auto plan = [&](const std::string& mounts) {
    const auto c = api::parse<core::Container>(R"({"name":"web","volumeMounts":[)" + mounts + "]}").value();
    return plan_mounts(pod, c, {{"POD", "web-1"}, {"UP", ".."}}, "/pods/u1");
  };
  const auto all = plan(R"x({"name":"data","mountPath":"/data","subPathExpr":"logs/$(POD)"
},
    {"name":"conf","mountPath":"/conf"},{"name":"host","mountPath":"/srv","readOnly":true})x");
  REQUIRE(all.has_value());
  REQUIRE(all->size() == 3);
  CHECK((*all)[0].mount.host_path == "/pods/u1/volumes/kubernetes.io~empty-dir/data");
  CHECK((*all)[0].subpath == "logs/web-1");
  CHECK_FALSE((*all)[0].mount.readonly);
  CHECK((*all)[1].mount.host_path == "/pods/u1/volumes/kubernetes.io~configmap/conf");
  CHECK((*all)[1].mount.readonly);
  CHECK((*all)[2].mount.host_path == "/srv");
  CHECK((*all)[2].mount.readonly);
  struct Case {
    const char *mount, *error;
  };
  const Case cases[] = {
      {R"({"name":"gone","mountPath":"/x"})", "cannot find volume \"gone\" to mount into container \"web\""},
      {R"({"name":"disk","mountPath":"/x"})", "cannot find volume \"disk\" to mount into container \"web\""},
      {R"x({"name":"data","mountPath":"/x","subPathExpr":"$(NO)"})x", "missing value for \"NO\""},
      {R"x({"name":"data","mountPath":"/x","subPathExpr":"a/$(UP)"})x",
       "unable to provision SubPath `a/..`: must not contain '..'"},
      {R"({"name":"data","mountPath":"/x","subPath":"/a"})",
       "error SubPath `/a` must not be an absolute path"},
  };
  for (const auto& c : cases) {
    INFO(c.mount);
    CHECK(plan(c.mount).error().message == c.error);
  }
}

TEST_CASE("mount points are read out of the kernel's table") {
  const std::string table =
      "22 1 8:1 / / rw - ext4 /dev/a rw\n"
      "30 22 0:40 / /pods/u1/volumes/a rw shared:1 - tmpfs tmpfs rw\n"
      "31 30 0:41 / /pods/u1/volumes/a/with\\040blank rw - tmpfs tmpfs rw\n"
      "32 22 0:42 / /pods/u10/volumes/a rw - tmpfs tmpfs rw\n"
      "33 22 0:43 / /pods/u1 rw - tmpfs tmpfs rw\n";
  CHECK(parse_mounts_below(table, "/pods/u1") ==
        std::vector<std::string>{"/pods/u1/volumes/a/with blank", "/pods/u1/volumes/a", "/pods/u1"});
  CHECK(parse_mounts_below("garbage\n\n", "/pods/u1").empty());
}
