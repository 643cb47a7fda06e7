#include "scheduler/cache/cache.hpp"
#include <catch2/catch.hpp>
#include "scheduler/testing_objects.hpp"

namespace scheduler {
namespace {

using testing::info;
using testing::node;
using testing::pod;
using testing::share;

PodInfoPtr bound(const std::string& name, const std::string& on, const std::string& cpu) {
  auto p = pod(name, cpu);
  p.spec.node_name = on;
  return info(p);
}

TEST_CASE("an assumed pod takes its place at once and is confirmed or forgotten") {
  Cache c;
  Snapshot s;
  c.put_node(share(node("n")));
  c.assume(info(pod("a", "1")), "n");
  c.assume(info(pod("b", "1")), "n");
  c.update(s);
  CHECK(s.find("n")->requested.milli_cpu == 2000);
  CHECK(c.assumed_pods() == 2);
  c.put_pod(bound("a", "n", "1"));
  c.forget("uid-a");
  c.forget("uid-b");
  c.update(s);
  CHECK(s.find("n")->requested.milli_cpu == 1000);
  CHECK(c.assumed_pods() == 0);
  CHECK(c.pods() == 1);
}

TEST_CASE("the API server's word wins: another node, another size") {
  Cache c;
  Snapshot s;
  c.put_node(share(node("m")));
  c.put_node(share(node("n")));
  c.assume(info(pod("a", "1")), "n");
  c.put_pod(bound("a", "m", "2"));
  c.update(s);
  CHECK(s.find("n")->pods.empty());
  CHECK(s.find("m")->requested.milli_cpu == 2000);
  c.put_pod(bound("a", "m", "1"));
  c.update(s);
  CHECK(s.find("m")->requested.milli_cpu == 1000);
  c.remove_pod("uid-a");
  c.remove_pod("uid-a");
  c.update(s);
  CHECK(s.find("m")->requested == Resources{});
}

TEST_CASE("pods may be known before their node and after it") {
  Cache c;
  Snapshot s;
  c.put_pod(bound("a", "n", "1"));
  c.update(s);
  CHECK(s.size() == 0);
  c.put_node(share(node("n")));
  c.update(s);
  CHECK(s.find("n")->pods.size() == 1);
  c.remove_node("n");
  c.remove_node("n");
  c.update(s);
  CHECK(s.size() == 0);
  CHECK(c.nodes() == 0);
  c.put_node(share(node("n")));
  c.update(s);
  CHECK(s.find("n")->pods.size() == 1);
}

TEST_CASE("a snapshot keeps what it saw and copies only what changed") {
  Cache c;
  Snapshot s;
  c.put_node(share(node("m")));
  c.put_node(share(node("n")));
  c.update(s);
  const auto m = s.nodes()[0];
  const auto n = s.nodes()[1];
  c.assume(info(pod("a", "1")), "n");
  CHECK(s.find("n")->pods.empty());
  c.update(s);
  CHECK(s.nodes()[0] == m);
  CHECK(s.nodes()[1] != n);
  CHECK(n->pods.empty());
  CHECK(s.find("n")->pods.size() == 1);
}

}  // namespace
}  // namespace scheduler
