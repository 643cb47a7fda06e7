#include "scheduler/queue/scheduling_queue.hpp"
#include <catch2/catch.hpp>
#include "scheduler/testing_objects.hpp"

namespace scheduler {
namespace {

using namespace std::chrono_literals;
using testing::info;
using testing::pod;

SchedulingQueue::Time at(std::chrono::nanoseconds t) {
  return SchedulingQueue::Time{} + 1h + t;
}

struct Fixture {
  Framework framework{plugin_registry(), {}};
  std::string arrivals;  ///< "active:UnscheduledPodAdd " ...
  SchedulingQueue queue{framework, {}, [this](std::string_view q, std::string_view e) {
                          arrivals += std::string(q) + ":" + std::string(e) + " ";
                        }};
  std::string pop(SchedulingQueue::Time now) {
    last = queue.pop(now);
    return last ? last->pod->pod->metadata.name : "";
  }
  /// Puts the pod popped last back, refused by `plugin` (empty: an error).
  void refuse(const std::string& plugin, SchedulingQueue::Time now) {
    auto p = *last;
    if (!plugin.empty()) p.rejected_by = {plugin};
    queue.put_back(std::move(p), now);
  }
  static ClusterEvent node_add(const std::string& cpu) {
    ClusterEvent e{EventResource::node, action::add, "NodeAdd"};
    e.node = testing::share(testing::node("n", cpu));
    return e;
  }
  std::optional<QueuedPod> last;
};

api::core::v1::Pod urgent(const std::string& name, int priority) {
  auto p = pod(name);
  p.spec.priority = priority;
  return p;
}

TEST_CASE("higher priority first, then order of arrival") {
  Fixture f;
  f.queue.add(info(pod("a")), at(0s));
  f.queue.add(info(pod("b")), at(0s));
  f.queue.add(info(urgent("c", 10)), at(1s));
  CHECK(f.pop(at(2s)) == "c");
  CHECK(f.pop(at(2s)) == "a");
  f.queue.update(info(urgent("b", 5)), 0, at(2s));
  f.queue.add(info(urgent("d", 4)), at(2s));
  CHECK(f.pop(at(2s)) == "b");
  CHECK(f.pop(at(2s)) == "d");
  CHECK(f.pop(at(2s)).empty());
}

TEST_CASE("a refused pod waits for an event that may help it") {
  Fixture f;
  f.queue.add(info(pod("a", "2")), at(0s));
  CHECK(f.pop(at(0s)) == "a");
  f.refuse("NodeResourcesFit", at(0s));
  CHECK(f.queue.unschedulable() == 1);
  CHECK(f.pop(at(60s)).empty());
  f.queue.move(Fixture::node_add("1"), at(60s));
  CHECK(f.pop(at(60s)).empty());
  f.queue.move(Fixture::node_add("4"), at(60s));
  CHECK(f.pop(at(60s)) == "a");
  CHECK(f.last->attempts == 2);
  CHECK(f.arrivals == "active:UnscheduledPodAdd unschedulable:ScheduleAttemptFailure active:NodeAdd ");
}

TEST_CASE("an event within the back-off: the pod goes on early only if nothing else waits") {
  Fixture f;
  f.queue.add(info(pod("a", "2")), at(0s));
  f.pop(at(0s));
  f.refuse("NodeResourcesFit", at(0s));
  f.queue.move(Fixture::node_add("4"), at(100ms));
  CHECK(f.queue.backing_off() == 1);
  CHECK(f.queue.next_flush() == at(1s));
  f.queue.add(info(pod("b")), at(200ms));
  CHECK(f.pop(at(200ms)) == "b");
  CHECK(f.pop(at(200ms)) == "a");
}

TEST_CASE("after errors the wait doubles from one second to ten, and is waited out") {
  Fixture f;
  f.queue.add(info(pod("a")), at(0s));
  auto now = at(0s);
  CHECK(f.pop(now) == "a");
  for (auto wait : {1s, 2s, 4s, 8s, 10s, 10s}) {
    f.refuse("", now);
    CHECK(f.pop(now + wait - 1ms).empty());
    now += wait;
    CHECK(f.queue.next_flush() == now);
    CHECK(f.pop(now) == "a");
  }
}

TEST_CASE("without any event a refused pod is tried again after five minutes") {
  Fixture f;
  f.queue.add(info(pod("a", "2")), at(0s));
  f.pop(at(0s));
  f.refuse("NodeResourcesFit", at(0s));
  CHECK(f.queue.next_flush() == at(5min));
  CHECK(f.pop(at(5min - 1s)).empty());
  CHECK(f.pop(at(5min)) == "a");
}

TEST_CASE("a gated pod waits for its last gate, whatever else happens") {
  Fixture f;
  auto p = pod("a");
  p.spec.scheduling_gates.emplace_back().name = "g";
  f.queue.add(info(p), at(0s));
  CHECK(f.queue.gated() == 1);
  CHECK(f.queue.unschedulable() == 0);
  f.queue.move(Fixture::node_add("4"), at(1s));
  CHECK(f.pop(at(10min)).empty());
  p.spec.scheduling_gates.clear();
  f.queue.update(info(p), action::update_pod_gates, at(11min));
  CHECK(f.queue.gated() == 0);
  CHECK(f.pop(at(11min)) == "a");
}

TEST_CASE("deleted pods are forgotten wherever they are") {
  Fixture f;
  for (auto name : {"active", "tried", "refused"})
    f.queue.add(info(pod(name)), at(0s));
  CHECK(f.pop(at(0s)) == "active");
  f.queue.put_back(*f.last, at(0s));
  CHECK(f.pop(at(0s)) == "tried");
  f.queue.remove("uid-tried");
  f.refuse("NodeName", at(0s));
  CHECK_FALSE(f.queue.contains("uid-tried"));
  CHECK(f.pop(at(0s)) == "refused");
  f.refuse("NodeName", at(0s));
  f.queue.remove("uid-refused");
  f.queue.remove("uid-active");
  CHECK(f.queue.active() + f.queue.backing_off() + f.queue.unschedulable() == 0);
  CHECK_FALSE(f.queue.next_flush());
}

}  // namespace
}  // namespace scheduler
