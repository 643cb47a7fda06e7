#include "controllers/podgc/doomed.hpp"
#include <catch2/catch.hpp>

namespace controllers::podgc {
namespace {

using namespace std::chrono_literals;
const base::SystemTime start{1'700'000'000s};

PodPtr pod(const std::string& name, const std::string& phase, std::chrono::seconds created = 0s,
           const std::string& node = "a", bool deleting = false, const std::string& reason = "") {
  Pod p;
  p.metadata.name = name;
  p.metadata.creation_timestamp = api::Time{start + created};
  if (deleting) p.metadata.deletion_timestamp = api::Time{start};
  p.spec.node_name = node;
  p.status.phase = phase;
  p.status.reason = reason;
  return std::make_shared<const Pod>(p);
}

std::string names(const std::vector<PodPtr>& pods) {
  std::string out;
  for (const auto& p : pods)
    out += p->metadata.name;
  return out;
}

}  // namespace

TEST_CASE("finished pods over the threshold: evicted ones, then the oldest") {
  const std::vector<PodPtr> pods{pod("a", "Succeeded", 5s), pod("b", "Running"),
                                 pod("c", "Failed", 3s),    pod("d", "Failed", 9s, "a", false, "Evicted"),
                                 pod("e", "Succeeded", 4s), pod("f", "Pending")};
  CHECK(names(surplus_finished(pods, 4)).empty());
  CHECK(names(surplus_finished(pods, 3)) == "d");
  CHECK(names(surplus_finished(pods, 1)) == "dce");
  CHECK(names(surplus_finished(pods, 0)).empty());
}

TEST_CASE("terminating pods that nobody will end") {
  CHECK(names(unscheduled_terminating({pod("a", "Pending", 0s, "", true), pod("b", "Pending", 0s, ""),
                                       pod("c", "Running", 0s, "n", true)})) == "a");
  Node down, up;
  down.spec.taints.emplace_back().key = "node.kubernetes.io/out-of-service";
  up.spec.taints = down.spec.taints;
  auto& ready = up.status.conditions.emplace_back();
  ready.type = "Ready";
  ready.status = "True";
  const auto node_of = [&](const std::string& name) -> const Node* {
    return name == "down" ? &down : name == "up" ? &up : nullptr;
  };
  CHECK(names(out_of_service_terminating(
            {pod("a", "Running", 0s, "down", true), pod("b", "Running", 0s, "down"),
             pod("c", "Running", 0s, "up", true), pod("d", "Running", 0s, "none", true)},
            node_of)) == "a");
}

TEST_CASE("a node must have been missing for 40 seconds on end") {
  Quarantine q;
  Node there;
  bool back = false;
  const auto node_of = [&](const std::string& name) -> const Node* {
    return name == "there" || back ? &there : nullptr;
  };
  const std::vector<PodPtr> pods{pod("a", "Running", 0s, "there"), pod("b", "Running", 0s, "gone"),
                                 pod("c", "Pending", 0s, "")};
  CHECK(q.observe(pods, node_of, start).empty());
  CHECK(q.observe(pods, node_of, start + 39s).empty());
  CHECK(q.observe(pods, node_of, start + 40s) == std::set<std::string>{"gone"});
  back = true;
  CHECK(q.observe(pods, node_of, start + 50s).empty());
  back = false;
  CHECK(q.observe(pods, node_of, start + 60s).empty());
}

}  // namespace controllers::podgc
