#include "controllers/deployment/deployment_loop.hpp"
#include <catch2/catch.hpp>
#include "controllers/deployment/revision.hpp"
#include "controllers/deployment/status.hpp"
#include "controllers/deployment/testing.hpp"
#include "controllers/frame/testing.hpp"

namespace controllers::deployment {
namespace {

using controllers::testing::eventually;
using controllers::testing::Rig;

Deployment web(std::int32_t replicas, const std::string& image) {
  auto d = testing::deployment(replicas, 1, 0);
  d.spec.selector.match_labels = {{"app", "web"}};
  d.spec.template_.metadata.labels = {{"app", "web"}};
  d.spec.template_.spec.containers.emplace_back().image = image;
  return d;
}

/// Plays the ReplicaSet controller: every set has all its pods ready at once.
void obey(Rig& rig) {
  for (auto rs : rig.api->all<ReplicaSet>("ns")) {
    const auto n = rs.spec.replicas.value_or(0);
    if (rs.status.replicas == n && rs.status.available_replicas.value_or(0) == n) continue;
    rs.status.replicas = n;
    rs.status.ready_replicas = rs.status.available_replicas = n;
    rs.status.observed_generation = rs.metadata.generation;
    rig.api->put(rs);
  }
}

const ReplicaSet* with_image(const std::vector<ReplicaSet>& sets, const std::string& image) {
  for (const auto& rs : sets)
    if (rs.spec.template_->spec.containers[0].image == image) return &rs;
  return nullptr;
}

/// The rollout of `image` is over: its set has all pods and the Deployment says so.
bool rolled_out(Rig& rig, const std::string& image) {
  obey(rig);
  const auto d = *rig.api->find<Deployment>("ns", "web");
  const auto sets = rig.api->all<ReplicaSet>("ns");
  const auto* rs = with_image(sets, image);
  const auto* c = find_condition(d.status, "Progressing");
  return rs && wanted(*rs) == wanted(d) && is_complete(d, d.status) && c &&
         c->reason == "NewReplicaSetAvailable" &&
         d.metadata.annotations.at(revision_annotation) == rs->metadata.annotations.at(revision_annotation);
}

void set_image(Rig& rig, const std::string& image) {
  auto d = *rig.api->find<Deployment>("ns", "web");
  d.spec.template_.spec.containers[0].image = image;
  *d.metadata.generation += 1;
  rig.api->put(d);
}

}  // namespace

TEST_CASE("a Deployment rolls out, rolls on, rolls back and cleans up") {
  controllers::testing::run([](base::Executor ex) -> base::Awaitable<void> {
    Rig rig(ex);
    auto d = web(3, "v1");
    d.spec.revision_history_limit = 1;
    rig.api->put(d);
    auto controller = descriptor().make(rig.context());
    co_await rig.start(*controller);
    const auto done1 = [&] { return rolled_out(rig, "v1"); };
    CHECK(co_await eventually(done1));
    auto sets = rig.api->all<ReplicaSet>("ns");
    REQUIRE(sets.size() == 1);
    CHECK(sets[0].metadata.labels.contains(hash_label));
    CHECK(sets[0].spec.selector.match_labels.at(hash_label) == sets[0].metadata.labels.at(hash_label));
    CHECK(rig.has_event("Normal ScalingReplicaSet Scaled up replica set " + sets[0].metadata.name +
                        " from 0 to 3"));

    set_image(rig, "v2");
    const auto done2 = [&] { return rolled_out(rig, "v2"); };
    CHECK(co_await eventually(done2));
    sets = rig.api->all<ReplicaSet>("ns");
    REQUIRE(with_image(sets, "v1"));
    CHECK(wanted(*with_image(sets, "v1")) == 0);
    CHECK(with_image(sets, "v2")->metadata.annotations.at(revision_annotation) == "2");

    set_image(rig, "v1");
    const auto done3 = [&] { return rolled_out(rig, "v1"); };
    CHECK(co_await eventually(done3));
    sets = rig.api->all<ReplicaSet>("ns");
    CHECK(with_image(sets, "v1")->metadata.annotations.at(revision_annotation) == "3");
    CHECK(with_image(sets, "v1")->metadata.annotations.at(revision_history_annotation) == "1");

    set_image(rig, "v3");
    const auto done4 = [&] { return rolled_out(rig, "v3") && rig.api->all<ReplicaSet>("ns").size() == 2; };
    CHECK(co_await eventually(done4));
    CHECK_FALSE(with_image(rig.api->all<ReplicaSet>("ns"), "v2"));
    co_await rig.stop(*controller);
  });
}

TEST_CASE("a paused Deployment scales and does not roll") {
  controllers::testing::run([](base::Executor ex) -> base::Awaitable<void> {
    Rig rig(ex);
    rig.api->put(web(2, "v1"));
    auto controller = descriptor().make(rig.context());
    co_await rig.start(*controller);
    const auto done5 = [&] { return rolled_out(rig, "v1"); };
    CHECK(co_await eventually(done5));
    auto d = *rig.api->find<Deployment>("ns", "web");
    d.spec.paused = true;
    d.spec.replicas = 5;
    d.spec.template_.spec.containers[0].image = "v2";
    rig.api->put(d);
    const auto resized = [&] {
      obey(rig);
      const auto status = rig.api->find<Deployment>("ns", "web")->status;
      return status.available_replicas == 5 &&
             find_condition(status, "Progressing")->reason == "DeploymentPaused";
    };
    CHECK(co_await eventually(resized));
    CHECK(rig.api->all<ReplicaSet>("ns").size() == 1);
    d = *rig.api->find<Deployment>("ns", "web");
    d.spec.paused = false;
    rig.api->put(d);
    const auto done6 = [&] { return rolled_out(rig, "v2"); };
    CHECK(co_await eventually(done6));
    co_await rig.stop(*controller);
  });
}

TEST_CASE("Recreate empties the old set before it makes the new one") {
  controllers::testing::run([](base::Executor ex) -> base::Awaitable<void> {
    Rig rig(ex);
    auto d = web(2, "v1");
    d.spec.strategy->type = "Recreate";
    d.spec.strategy->rolling_update.reset();
    rig.api->put(d);
    auto controller = descriptor().make(rig.context());
    co_await rig.start(*controller);
    const auto done7 = [&] { return rolled_out(rig, "v1"); };
    CHECK(co_await eventually(done7));
    set_image(rig, "v2");
    const auto emptied = [&] {
      const auto sets = rig.api->all<ReplicaSet>("ns");
      return wanted(*with_image(sets, "v1")) == 0 && with_image(sets, "v1")->status.replicas == 2;
    };
    CHECK(co_await eventually(emptied));
    CHECK_FALSE(with_image(rig.api->all<ReplicaSet>("ns"), "v2"));
    const auto done8 = [&] { return rolled_out(rig, "v2"); };
    CHECK(co_await eventually(done8));
    co_await rig.stop(*controller);
  });
}

}  // namespace controllers::deployment
