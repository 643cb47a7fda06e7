#include "raft-store/upkeep/corruption_checker.hpp"
#include "base/log.hpp"
#include "http/client.hpp"
#include "raft-store/upkeep/proposing.hpp"
#include "storage/codec.hpp"
#include "storage/convert.hpp"

namespace raft_store::upkeep {
namespace {

using namespace std::chrono_literals;
namespace wire = mvcc::wire;
constexpr const char* kHashPath = "/v3/maintenance/hashkv";
/// A checksum reads everything that a member holds.
constexpr std::chrono::milliseconds kAskTimeout = 5min;

http::Request hash_request(mvcc::Revision revision) {
  http::Request request;
  request.method = "POST";
  request.path = kHashPath;
  request.headers.set("Content-Type", "application/x-protobuf");
  request.body = wire::encode_proto(wire::HashKvRequest{revision});
  return request;
}

base::Result<MemberHash> read_answer(const http::Response& response, mvcc::Revision revision,
                                     std::uint64_t cluster_id) {
  if (response.status != 200) {
    const auto refused = wire::decode_proto<wire::ErrorResponse>(response.body);
    if (refused && refused->code != 0) return storage::error_from_wire(*refused);
    return base::Error(base::Errc::unavailable, "status " + std::to_string(response.status));
  }
  const auto answer = wire::decode_proto<wire::HashKvResponse>(response.body);
  if (!answer) return answer.error();
  if (answer->header.cluster_id != cluster_id)
    return base::Error(base::Errc::conflict, "cluster ID mismatch");
  return MemberHash{
      answer->header.member_id, answer->header.revision, {answer->hash, revision, answer->compact_revision}};
}

}  // namespace

CorruptionChecker::CorruptionChecker(replication::Replicator& replicator, const mvcc::Store& store,
                                     base::Executor executor, base::Executor pool,
                                     CorruptionCheckOptions options)
    : replicator_(replicator),
      store_(store),
      executor_(std::move(executor)),
      pool_(std::move(pool)),
      options_(std::move(options)) {}

bool CorruptionChecker::leads() const {
  return replicator_.standing().leader == replicator_.status().id;
}

base::Awaitable<base::Result<MemberHash>> CorruptionChecker::own_hash(mvcc::Revision revision) {
  base::Result<mvcc::HashKv> hash = base::Error();
  std::function<void()> work = [&] { hash = store_.hash_kv(revision); };
  co_await base::run_blocking(pool_, std::move(work));
  if (!hash) co_return hash.error();
  co_return MemberHash{replicator_.status().id.value, store_.revision(), *hash};
}

base::Awaitable<base::Result<MemberHash>> CorruptionChecker::ask(replication::Member peer,
                                                                 mvcc::Revision revision) {
  http::ClientOptions options;
  options.endpoints = std::move(peer.peer_urls);
  options.tls = options_.peer_tls;
  options.connect_timeout = 1s;
  options.request_timeout = kAskTimeout;
  options.user_agent = "coxswain-raft-store";
  const auto client = http::Client::create(executor_, std::move(options));
  http::Request request = hash_request(revision);
  const auto response = co_await client->send(std::move(request));
  client->close();
  if (!response) co_return response.error();
  co_return read_answer(*response, revision, replicator_.status().cluster_id);
}

base::Awaitable<std::vector<MemberHash>> CorruptionChecker::ask_all(mvcc::Revision revision) {
  const replication::ReplicatorStatus status = replicator_.status();
  std::vector<MemberHash> hashes;
  for (const replication::Member& peer : status.members) {
    if (peer.id == status.id || peer.peer_urls.empty()) continue;
    auto hash = co_await ask(peer, revision);
    if (hash)
      hashes.push_back(std::move(*hash));
    else
      base::log::warning("corruption check: a member is left out",
                         {{"member", peer.name}, {"revision", revision}, {"error", hash.error()}});
  }
  co_return hashes;
}

base::Awaitable<base::Result<void>> CorruptionChecker::check_at_start() {
  const auto own = co_await own_hash(0);
  if (!own) co_return own.error();
  const std::vector<MemberHash> peers = co_await ask_all(own->hash.hash_revision);
  for (const MemberHash& peer : peers) {
    if (!differs(*own, peer)) continue;
    co_return base::Error(base::Errc::corrupt,
                          "this member's data differs from its peers' at revision " +
                              std::to_string(own->hash.hash_revision) +
                              ": remove the member, delete its data directory and add it again");
  }
  base::log::info("initial corruption check passed",
                  {{"revision", own->hash.hash_revision}, {"peers", peers.size()}});
  co_return base::Result<void>();
}

base::Awaitable<base::Result<Verdict>> CorruptionChecker::check_members() {
  const auto first = co_await own_hash(0);
  if (!first) co_return first.error();
  const std::vector<MemberHash> peers = co_await ask_all(first->hash.hash_revision);
  const auto caught_up = co_await replicator_.linearizable_read();
  if (!caught_up) co_return caught_up.error();
  const auto second = co_await own_hash(0);
  if (!second) co_return second.error();
  Verdict verdict = judge_members(*first, *second, peers, replicator_.status().members.size());
  base::log::info("corruption check", {{"revision", first->hash.hash_revision},
                                       {"peers", peers.size()},
                                       {"suspects", verdict.suspects.size()}});
  co_await raise_alarms(verdict);
  co_return verdict;
}

base::Awaitable<base::Result<Verdict>> CorruptionChecker::check_compaction() {
  const mvcc::Revision compacted = store_.compact_revision();
  if (compacted == 0 || compacted == compaction_checked_) co_return Verdict();
  const auto own = co_await own_hash(compacted);
  if (!own) co_return own.error();
  std::vector<MemberHash> hashes = co_await ask_all(compacted);
  hashes.insert(hashes.begin(), *own);
  const std::size_t members = replicator_.status().members.size();
  Verdict verdict = compare_hashes(hashes, members);
  std::size_t compared = 0;
  for (const MemberHash& m : hashes)
    compared += m.hash.compact_revision == own->hash.compact_revision;
  if (compared == members) compaction_checked_ = compacted;
  co_await raise_alarms(verdict);
  co_return verdict;
}

base::Awaitable<void> CorruptionChecker::raise_alarms(Verdict verdict) {
  for (const std::string& reason : verdict.reasons)
    base::log::error("corruption check: the members differ", {{"what", reason}});
  for (const wire::AlarmMember& alarm : store_.alarms())
    if (alarm.alarm == wire::AlarmType::corrupt) verdict.suspects.erase(alarm.member_id);
  for (const std::uint64_t member : verdict.suspects) {
    mvcc::Command command = wire::AlarmRequest{wire::AlarmAction::activate, member, wire::AlarmType::corrupt};
    const auto raised = co_await propose<wire::AlarmResponse>(replicator_, std::move(command));
    if (raised)
      base::log::error("alarm CORRUPT", {{"member", member}});
    else
      base::log::error("alarm CORRUPT could not be raised", {{"member", member}, {"error", raised.error()}});
  }
}

base::Awaitable<void> CorruptionChecker::run_regularly() {
  if (options_.every.count() == 0) co_return;
  for (;;) {
    const bool slept = co_await base::sleep_for(options_.every);
    if (!slept) co_return;
    if (!leads()) continue;
    const auto verdict = co_await check_members();
    if (!verdict) base::log::warning("corruption check failed", {{"error", verdict.error()}});
  }
}

base::Awaitable<void> CorruptionChecker::run_after_compactions() {
  if (!options_.after_compaction) co_return;
  for (;;) {
    const bool slept = co_await base::sleep_for(options_.after_compaction_every);
    if (!slept) co_return;
    if (!leads()) continue;
    const auto verdict = co_await check_compaction();
    if (!verdict) base::log::warning("corruption check failed", {{"error", verdict.error()}});
  }
}

}  // namespace raft_store::upkeep
