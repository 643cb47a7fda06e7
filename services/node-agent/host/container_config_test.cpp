#include "node-agent/host/container_config.hpp"
#include <catch2/catch.hpp>

using namespace node_agent::host;
namespace core = api::core::v1;

namespace {

core::Pod pod(const std::string& containers, const std::string& more = "") {
  return api::parse<core::Pod>(R"({"metadata":{"name":"web","namespace":"ns","uid":"u1"},"spec":{)" + more +
                               R"("containers":[)" + containers + "]}}")
      .value();
}

constexpr std::int64_t node_memory = std::int64_t{1} << 30;

}  // namespace

TEST_CASE("resources as the kernel wants them") {
  struct Case {
    const char* resources;
    std::int64_t shares, quota, memory;
    int oom;
  };
  const Case cases[] = {
      {"{}", 2, 0, 0, 1000},
      {R"({"requests":{"cpu":"250m","memory":"256Mi"}})", 256, 0, 0, 750},
      {R"({"requests":{"cpu":"1m"}})", 2, 0, 0, 999},
      {R"({"requests":{"cpu":"1m","memory":"2Gi"}})", 2, 0, 0, 3},
      {R"({"limits":{"cpu":"1500m","memory":"64Mi"},"requests":{"cpu":"1500m","memory":"64Mi"}})", 1536,
       150'000, 64 << 20, -997},
      {R"({"limits":{"cpu":"2m"},"requests":{"memory":"512Mi"}})", 2, 1000, 0, 500},
      {R"({"requests":{"cpu":"9000"}})", 262'144, 0, 0, 999},
  };
  for (const auto& c : cases) {
    INFO(c.resources);
    const auto p = pod(R"({"name":"c","resources":)" + std::string(c.resources) + "}");
    const auto r = container_resources(p, p.spec.containers[0], node_memory);
    CHECK(r.cpu_shares == c.shares);
    CHECK(r.cpu_quota_us == c.quota);
    CHECK(r.memory_limit_bytes == c.memory);
    CHECK(r.oom_score_adj == c.oom);
  }
  const auto critical = pod(R"({"name":"c"})", R"("priority":2000001000,)");
  CHECK(container_resources(critical, critical.spec.containers[0], node_memory).oom_score_adj == -997);
}

TEST_CASE("whom a container runs as") {
  struct Case {
    const char *pod, *container;
    std::int64_t image_user, user, group;
    const char* error;
  };
  const Case cases[] = {
      {"{}", "{}", 0, -1, -1, ""},
      {R"({"runAsUser":7,"runAsGroup":8})", "{}", 0, 7, 8, ""},
      {R"({"runAsUser":7,"runAsGroup":8})", R"({"runAsUser":9})", 0, 9, 8, ""},
      {R"({"runAsNonRoot":true})", "{}", 0, 0, 0,
       "container has runAsNonRoot and image will run as root (pod: \"web_ns(u1)\", container: c)"},
      {R"({"runAsNonRoot":true})", "{}", 1000, -1, -1, ""},
      {R"({"runAsNonRoot":true})", "{}", -1, -1, -1, ""},
      {R"({"runAsNonRoot":true})", R"({"runAsUser":0})", 1000, 0, 0,
       "container's runAsUser breaks non-root policy (pod: \"web_ns(u1)\", container: c)"},
      {R"({"runAsNonRoot":true})", R"({"runAsNonRoot":false})", 0, -1, -1, ""},
      {R"({"runAsNonRoot":true,"runAsUser":5})", "{}", 0, 5, -1, ""},
  };
  for (const auto& c : cases) {
    INFO(c.pod << " " << c.container);
    const auto p = pod(R"({"name":"c","securityContext":)" + std::string(c.container) + "}",
                       R"("securityContext":)" + std::string(c.pod) + ",");
    const auto got = run_as(p, p.spec.containers[0], c.image_user);
    CHECK((got ? "" : got.error().message) == c.error);
    if (!got) continue;
    CHECK(got->user == c.user);
    CHECK(got->group == c.group);
  }
}

TEST_CASE("the runtime's configuration of a container") {
  const auto p = pod(R"x({"name":"c","image":"i","command":["run","$(A)"],"args":["$(B)"],"workingDir":"/w",
    "tty":true,"stdin":true,"terminationMessagePath":"/dev/termination-log","terminationMessagePolicy":"File",
    "lifecycle":{"stopSignal":"SIGUSR1"}})x",
                     R"("initContainers":[{"name":"first"}],)");
  const auto c = container_config(p, p.spec.containers[0], 3, {{"A", "1"}});
  CHECK(c.name == "c");
  CHECK(c.attempt == 3);
  CHECK(c.command == std::vector<std::string>{"run", "1"});
  CHECK(c.args == std::vector<std::string>{"$(B)"});
  CHECK(c.working_dir == "/w");
  CHECK(c.log_path == "c/3.log");
  CHECK(c.tty);
  CHECK(c.stdin_);
  CHECK_FALSE(c.stdin_once);
  CHECK(c.stop_signal == "SIGUSR1");
  CHECK(c.spec_hash.size() == 16);
  CHECK(c.labels.at("io.kubernetes.pod.uid") == "u1");
  CHECK(c.annotations.at(message_path_annotation) == "/dev/termination-log");
  CHECK(field_path(p, "c") == "spec.containers{c}");
  CHECK(field_path(p, "first") == "spec.initContainers{first}");
}
