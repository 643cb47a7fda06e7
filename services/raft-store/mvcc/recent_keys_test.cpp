#include "raft-store/mvcc/recent_keys.hpp"
#include <catch2/catch.hpp>

namespace raft_store::mvcc {
namespace {

constexpr std::size_t kPlenty = 1 << 20;

EventPtr put_event(const std::string& key, Revision revision, const std::string& value) {
  auto event = std::make_shared<SharedEvent>();
  event->kv.emplace();
  event->kv->key = key;
  event->kv->mod_revision = event->kv->create_revision = revision;
  event->kv->version = 1;
  event->kv->value = std::make_shared<const std::string>(value);
  return event;
}

EventPtr remove_event(const std::string& key, Revision revision) {
  auto event = std::make_shared<SharedEvent>();
  event->type = wire::EventType::remove;
  event->kv.emplace();
  event->kv->key = key;
  event->kv->mod_revision = revision;
  return event;
}

void publish(RecentKeys& recent, Revision revision, std::vector<EventPtr> events) {
  Publication publication;
  publication.revision = revision;
  publication.revisions.push_back({revision, std::move(events)});
  recent.publish(publication);
}

RecentKeys::Record record(Revision revision, const std::string& value) {
  return {{1, revision, 0}, revision, std::make_shared<const std::string>(value)};
}

}  // namespace

TEST_CASE("what was published is found, from its revision on") {
  RecentKeys recent(kPlenty);
  publish(recent, 2, {put_event("a", 2, "one")});
  publish(recent, 3, {put_event("a", 3, "two"), put_event("b", 3, "x")});
  CHECK(recent.revision() == 3);
  const auto newest = recent.find("a", 3);
  REQUIRE(newest);
  CHECK(*newest->value == "two");
  CHECK(recent.find("a", 7)->mod_revision == 3);
  CHECK_FALSE(recent.find("a", 2));  // Only the database knows.
  CHECK_FALSE(recent.find("c", 3));
}

TEST_CASE("a deleted key is known to be deleted") {
  RecentKeys recent(kPlenty);
  publish(recent, 2, {put_event("a", 2, "one")});
  publish(recent, 3, {remove_event("a", 3)});
  const auto found = recent.find("a", 3);
  REQUIRE(found);
  CHECK(found->head.version == 0);
}

TEST_CASE("what a reader found counts only while nothing else was published") {
  RecentKeys recent(kPlenty);
  publish(recent, 5, {put_event("a", 5, "new")});
  recent.note_read("a", record(3, "old"), 5);
  CHECK(*recent.find("a", 5)->value == "new");
  recent.note_read("b", record(4, "read"), 4);
  CHECK_FALSE(recent.find("b", 5));
  recent.note_read("b", record(4, "read"), 5);
  CHECK(*recent.find("b", 5)->value == "read");
}

TEST_CASE("what was not used for longest makes room") {
  RecentKeys recent(kPlenty);
  const std::string value(1000, 'x');
  for (Revision revision = 2; revision < 10'002; ++revision) {
    publish(recent, revision, {put_event("key-" + std::to_string(revision), revision, value)});
    if (revision > 2) CHECK(recent.find("key-2", revision));  // Used all the time.
  }
  std::size_t known = 0;
  for (Revision revision = 2; revision < 10'002; ++revision)
    known += recent.find("key-" + std::to_string(revision), 10'002) ? 1U : 0U;
  CHECK(known > 100);
  CHECK(known < kPlenty / value.size());
  publish(recent, 10'002, {put_event("large", 10'002, std::string(kPlenty / 4, 'x'))});
  CHECK_FALSE(recent.find("large", 10'002));
}

}  // namespace raft_store::mvcc
