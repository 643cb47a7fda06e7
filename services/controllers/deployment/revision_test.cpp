#include "controllers/deployment/revision.hpp"
#include <catch2/catch.hpp>
#include "controllers/deployment/testing.hpp"

namespace controllers::deployment {

using testing::deployment;
using testing::sets;

TEST_CASE("the current set takes the Deployment's annotations and the next revision") {
  auto d = deployment(4, 1, 1);
  d.metadata.annotations = {{"team", "a"},
                            {"kubectl.kubernetes.io/last-applied-configuration", "{}"},
                            {revision_annotation, "9"},
                            {"kubernetes.io/change-cause", "new image"}};
  ReplicaSet rs;
  CHECK(set_current_annotations(d, rs, 3, false));
  CHECK(rs.metadata.annotations ==
        std::map<std::string, std::string>{{"team", "a"},
                                           {"kubernetes.io/change-cause", "new image"},
                                           {revision_annotation, "3"},
                                           {desired_replicas_annotation, "4"},
                                           {max_replicas_annotation, "5"}});
  CHECK_FALSE(set_current_annotations(d, rs, 3, true));
  // Rolled back to: it becomes the newest revision, and remembers the one it was.
  CHECK(set_current_annotations(d, rs, 5, true));
  CHECK(rs.metadata.annotations[revision_annotation] == "5");
  CHECK(rs.metadata.annotations[revision_history_annotation] == "3");
  CHECK(set_current_annotations(d, rs, 8, true));
  CHECK(rs.metadata.annotations[revision_history_annotation] == "3,5");
}

TEST_CASE("the history is cut at its front") {
  auto d = deployment(1, 1, 1);
  ReplicaSet rs;
  rs.metadata.annotations[revision_annotation] = "1";
  for (int i = 2; i < 1000; ++i)
    set_current_annotations(d, rs, i, true);
  const auto& history = rs.metadata.annotations[revision_history_annotation];
  CHECK(history.size() <= 2000);
  CHECK(history.ends_with(",998"));
  CHECK(history.front() != ',');
}

TEST_CASE("next_revision is above every old one") {
  auto s = sets({1, 1}, {{0, 0}, {0, 0}});
  CHECK(next_revision(s) == 1);
  for (auto& rs : s.old) {
    auto copy = *rs;
    copy.metadata.annotations[revision_annotation] = rs->metadata.name == "old0" ? "12" : "4";
    rs = std::make_shared<const ReplicaSet>(copy);
  }
  CHECK(next_revision(s) == 13);
}

TEST_CASE("cleanup keeps the limit and whatever has pods") {
  auto d = deployment(1, 1, 1);
  auto s = sets({1, 1}, {{0, 0}, {2, 0}, {0, 0}, {0, 0}});
  CHECK(plan_cleanup(d, s).empty());
  d.spec.revision_history_limit = 1;
  auto doomed = plan_cleanup(d, s);
  REQUIRE(doomed.size() == 2);
  CHECK(doomed[0]->metadata.name == "old0");
  CHECK(doomed[1]->metadata.name == "old2");
  auto unseen = *s.old[0];
  unseen.metadata.generation = 2;
  unseen.status.observed_generation = 1;
  s.old[0] = std::make_shared<const ReplicaSet>(unseen);
  d.spec.revision_history_limit = 0;
  CHECK(plan_cleanup(d, s).size() == 2);
}

TEST_CASE("which set is the current one") {
  auto d = deployment(1, 1, 1);
  d.spec.template_.metadata.labels["app"] = "web";
  auto make = [&](const char* name, int created) {
    auto rs = std::make_shared<ReplicaSet>();
    rs->metadata.name = name;
    rs->metadata.creation_timestamp = api::Time{base::SystemTime{std::chrono::seconds(created)}};
    rs->spec.template_ = d.spec.template_;
    rs->spec.template_->metadata.labels[hash_label] = name;
    return rs;
  };
  auto other = make("other", 1);
  other->spec.template_->metadata.labels["app"] = "db";
  const auto s = split(d, {make("younger", 9), make("older", 5), other});
  REQUIRE(s.current);
  CHECK(s.current->metadata.name == "older");
  REQUIRE(s.old.size() == 2);
  CHECK(s.old[0]->metadata.name == "other");
}

TEST_CASE("the hash is stable, differs by template and collision, and makes a name") {
  auto d = deployment(1, 1, 1);
  const auto hash = template_hash(d.spec.template_, 0);
  CHECK(hash == template_hash(d.spec.template_, 0));
  CHECK(hash != template_hash(d.spec.template_, 1));
  d.spec.template_.metadata.labels["app"] = "web";
  CHECK(hash != template_hash(d.spec.template_, 0));
  CHECK(hash.find_first_not_of("bcdfghjklmnpqrstvwxz2456789") == std::string::npos);
  CHECK(replica_set_name("web", "abc") == "web-abc");
  CHECK(replica_set_name(std::string(253, 'x'), "abc").size() == 247);
}

}  // namespace controllers::deployment
