#include "controllers/garbagecollector/graph.hpp"
#include <catch2/catch.hpp>
#include "controllers/garbagecollector/testing.hpp"

namespace controllers::garbagecollector {

using testing::deleted;
using testing::meta;
using testing::owner;
using testing::text;

namespace {

struct Fixture {
  Graph graph;
  const Kind* set = graph.kinds().get("v1", "Set");
  const Kind* pod = graph.kinds().get("v1", "Pod");

  void see(const Kind* kind, const ObjectMeta& m) { graph.observe(kind, m); }
  std::string work() { return text(graph.take_work()); }
};

constexpr const char* nothing = "attempt | verify | orphan";

}  // namespace

TEST_CASE("an owner seen after its dependents is in question until then") {
  Fixture f;
  f.see(f.pod, meta("p", {owner("Set", "s", "uid-s")}));
  CHECK(f.work() == "attempt | verify s | orphan");
  CHECK_FALSE(f.graph.find("uid-s")->observed);
  CHECK(f.graph.find("uid-s")->dependents.size() == 1);
  f.see(f.set, meta("s"));
  CHECK(f.work() == nothing);
  CHECK(f.graph.find("uid-s")->observed);
  CHECK(f.graph.find("uid-s")->dependents.size() == 1);
}

TEST_CASE("when an owner goes its dependents are looked at") {
  Fixture f;
  f.see(f.set, meta("s"));
  f.see(f.pod, meta("p", {owner("Set", "s", "uid-s")}));
  f.see(f.pod, meta("q", {owner("Set", "s", "uid-s")}));
  f.see(f.pod, meta("r"));
  CHECK(f.work() == nothing);
  f.graph.forget("uid-s");
  CHECK(f.work() == "attempt p q | verify | orphan");
  CHECK(f.graph.absent_owners().contains({f.set, "ns", "s", "uid-s"}));
  CHECK(f.graph.size() == 3);
  f.graph.forget("uid-p");
  CHECK(f.work() == nothing);
}

TEST_CASE("references come and go") {
  Fixture f;
  f.see(f.set, meta("s"));
  f.see(f.set, meta("t"));
  f.see(f.pod, meta("p", {owner("Set", "s", "uid-s")}));
  f.see(f.pod, meta("p", {owner("Set", "t", "uid-t")}));
  CHECK(f.graph.find("uid-s")->dependents.empty());
  CHECK(f.graph.find("uid-t")->dependents.size() == 1);
  f.see(f.pod, meta("p"));
  CHECK(f.graph.find("uid-t")->dependents.empty());
  CHECK(f.work() == nothing);
}

TEST_CASE("deletion in the foreground") {
  Fixture f;
  f.see(f.set, meta("s"));
  f.see(f.pod, meta("p", {owner("Set", "s", "uid-s", true)}));
  f.see(f.pod, meta("q", {owner("Set", "s", "uid-s")}));
  f.see(f.set, deleted(meta("s"), {foreground_finalizer}));
  CHECK(f.work() == "attempt p q s | verify | orphan");
  CHECK(blocking_dependents(*f.graph.find("uid-s")).size() == 1);
  // Said once is enough.
  f.see(f.set, deleted(meta("s"), {foreground_finalizer}));
  CHECK(f.work() == nothing);
  SECTION("a dependent that is gone lets the owner go on") {
    f.graph.forget("uid-p");
    CHECK(f.work() == "attempt s | verify | orphan");
  }
  SECTION("so does one that no longer blocks") {
    f.see(f.pod, meta("p", {owner("Set", "s", "uid-s", false)}));
    CHECK(f.work() == "attempt s | verify | orphan");
  }
  SECTION("and one that is no longer a dependent") {
    f.see(f.pod, meta("p"));
    CHECK(f.work() == "attempt s | verify | orphan");
  }
}

TEST_CASE("an object first seen while it is being deleted") {
  Fixture f;
  f.see(f.set, deleted(meta("s"), {foreground_finalizer}));
  CHECK(f.work() == "attempt s | verify | orphan");
  f.see(f.set, deleted(meta("t"), {orphan_finalizer}));
  CHECK(f.work() == "attempt | verify | orphan t");
  f.see(f.set, deleted(meta("u"), {"example.com/other"}));
  CHECK(f.work() == nothing);
  CHECK(f.graph.find("uid-u")->being_deleted);
}

TEST_CASE("orphaning") {
  Fixture f;
  f.see(f.set, meta("s"));
  f.see(f.pod, meta("p", {owner("Set", "s", "uid-s", true)}));
  f.see(f.set, deleted(meta("s"), {orphan_finalizer}));
  CHECK(f.work() == "attempt | verify | orphan s");
}

TEST_CASE("an owner in another namespace") {
  Fixture f;
  SECTION("that is known") {
    f.see(f.set, meta("s", {}, "other"));
    f.see(f.pod, meta("p", {owner("Set", "s", "uid-s")}));
  }
  SECTION("that is seen later") {
    f.see(f.pod, meta("p", {owner("Set", "s", "uid-s")}));
    f.see(f.set, meta("s", {}, "other"));
  }
  auto work = f.graph.take_work();
  CHECK(work.attempt == std::set<std::string>{"uid-p"});
  REQUIRE(work.misplaced.size() == 1);
  CHECK(work.misplaced[0].dependent.name == "p");
  CHECK(work.misplaced[0].owner.name == "s");
}

TEST_CASE("a cluster-scoped owner may have dependents everywhere") {
  Fixture f;
  f.graph.kinds().set_scope("v1", "Node", false);
  f.see(f.pod, meta("p", {owner("Node", "n", "uid-n")}));
  f.see(f.pod, meta("q", {owner("Node", "n", "uid-n")}, "other"));
  CHECK(f.work() == "attempt | verify n | orphan");
  CHECK(f.graph.find("uid-n")->id.ns.empty());
  f.see(f.graph.kinds().get("v1", "Node"), meta("n", {}, ""));
  const auto work = f.graph.take_work();
  CHECK(text(work) == nothing);
  CHECK(work.misplaced.empty());
}

TEST_CASE("a reference that has the name or the kind wrong is looked at") {
  Fixture f;
  f.see(f.set, meta("s"));
  f.see(f.pod, meta("p", {owner("Set", "other", "uid-s")}));
  f.see(f.pod, meta("q", {owner("Pod", "s", "uid-s")}));
  CHECK(f.work() == "attempt p q | verify | orphan");
  f.see(f.pod, meta("p", {owner("Set", "s", "uid-s")}));
  CHECK(f.work() == nothing);
}

TEST_CASE("an owner that the server does not know") {
  Fixture f;
  f.see(f.pod, meta("p", {owner("Set", "s", "uid-s")}));
  f.see(f.pod, meta("q", {owner("Set", "s", "uid-s")}));
  f.work();
  const Identity looked_for{f.set, "ns", "s", "uid-s"};
  SECTION("all say it is there: they are looked at") {
    f.graph.absent(looked_for);
    CHECK(f.work() == "attempt p q | verify | orphan");
    CHECK_FALSE(f.graph.find("uid-s"));
  }
  SECTION("some say it is elsewhere: it is looked for there") {
    f.see(f.pod, meta("r", {owner("Set", "s", "uid-s")}, "other"));
    f.work();
    f.graph.absent(looked_for);
    CHECK(f.work() == "attempt p q | verify s | orphan");
    CHECK(f.graph.find("uid-s")->id.ns == "other");
    f.graph.absent({f.set, "other", "s", "uid-s"});
    CHECK(f.work() == "attempt p q r | verify | orphan");
    CHECK_FALSE(f.graph.find("uid-s"));
  }
  SECTION("it was seen elsewhere: only who has it wrong is looked at") {
    f.see(f.set, meta("s", {}, "other"));
    f.work();
    f.graph.absent(looked_for);
    CHECK(f.work() == "attempt p q | verify | orphan");
    CHECK(f.graph.find("uid-s"));
    f.graph.absent({f.set, "other", "s", "uid-s"});
    CHECK_FALSE(f.graph.find("uid-s"));
  }
}

TEST_CASE("after a list, what is not in it is gone") {
  Fixture f;
  f.see(f.set, meta("s"));
  f.see(f.set, meta("t"));
  f.see(f.pod, meta("p", {owner("Set", "t", "uid-t")}));
  f.graph.keep_only(f.set, {"uid-s"});
  CHECK(f.work() == "attempt p | verify | orphan");
  CHECK(f.graph.find("uid-s"));
  CHECK(f.graph.find("uid-p"));
}

TEST_CASE("owners that own each other") {
  Fixture f;
  f.see(f.set, meta("a", {owner("Set", "b", "uid-b", true)}));
  f.see(f.set, meta("b", {owner("Set", "a", "uid-a", true)}));
  f.see(f.set, meta("self", {owner("Set", "self", "uid-self", true)}));
  f.work();
  f.see(f.set, deleted(meta("self", {owner("Set", "self", "uid-self", true)}), {foreground_finalizer}));
  CHECK(f.work() == "attempt self | verify | orphan");
  f.graph.forget("uid-self");
  f.graph.forget("uid-a");
  CHECK(f.graph.size() == 1);
  f.graph.forget("uid-b");
  CHECK(f.graph.size() == 0);
}

TEST_CASE("thirty thousand pods") {
  Fixture f;
  for (int s = 0; s < 300; ++s)
    f.see(f.set, meta("s" + std::to_string(s)));
  for (int p = 0; p < 30'000; ++p) {
    const auto name = "s" + std::to_string(p % 300);
    f.see(f.pod, meta("p" + std::to_string(p), {owner("Set", name, "uid-" + name, true)}));
  }
  CHECK(f.graph.take_work().attempt.empty());
  f.graph.forget("uid-s7");
  CHECK(f.graph.take_work().attempt.size() == 100);
  f.graph.keep_only(f.pod, {});
  CHECK(f.graph.size() == 299);
}

TEST_CASE("absent owners are remembered, the last 500 used") {
  AbsentOwners absent;
  Kind kind;
  const auto id = [&](int n) { return Identity{&kind, "ns", "o", std::to_string(n)}; };
  for (int n = 0; n < 500; ++n)
    absent.add(id(n));
  CHECK(absent.contains(id(0)));
  absent.add(id(500));
  CHECK(absent.contains(id(0)));
  CHECK_FALSE(absent.contains(id(1)));
  CHECK(absent.size() == 500);
}

}  // namespace controllers::garbagecollector
