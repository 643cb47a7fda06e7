#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cstdio>
#include <cstdlib>
#include "base/assert.hpp"
#include "base/log.hpp"
#include "raft-store/replication/active_database.hpp"
#include "raft-store/replication/engine.hpp"
#include "raft-store/replication/joining.hpp"

/// What peers ask for. Bodies are read on the connection's strand, the rest happens on the engine's.
namespace raft_store::replication {
namespace {

/// A batch of PeerLink and one entry that alone exceeds it.
constexpr std::size_t kMessagesBodyMax = 64 << 20;
constexpr std::size_t kMemberBodyMax = 64 << 10;

std::string hex(std::uint64_t id) {
  char text[17];
  std::snprintf(text, sizeof text, "%llx", static_cast<unsigned long long>(id));
  return text;
}

http::Response answer(int status, std::string text = {}) {
  http::Response response;
  response.status = status;
  response.body = std::move(text);
  return response;
}

}  // namespace

base::Awaitable<void> Engine::serve_peer(http::Exchange& exchange) {
  ++calls_;
  const std::shared_ptr<void> done(nullptr, [this](void*) { --calls_; });
  const http::Request& request = exchange.request();
  http::Response response = answer(404, "not found");
  if (request.method != "POST") {
    response = answer(405, "POST only");
  } else if (request.path == kClusterPath) {
    response = answer(200, encode_cluster({identity_.cluster_id, status().members}));
  } else if (request.headers.get(kClusterHeader) != std::to_string(identity_.cluster_id)) {
    response = answer(412, "cluster ID mismatch: this member's is " + hex(identity_.cluster_id));
  } else if (has_other_data(request)) {
    response = answer(kDisowned, std::string(kOtherData));
  } else if (request.path == kMessagesPath) {
    response = co_await take_messages(exchange);
  } else if (request.path == kMemberPath) {
    response = co_await take_member(exchange);
  } else if (request.path == kSnapshotPath) {
    response = co_await take_snapshot(exchange);
  }
  base::Result<void> sent = co_await exchange.respond(std::move(response));
  base::ignore_error(std::move(sent));
}

/// A member that lost its data and began anew knows nothing of what it voted for and acknowledged.
bool Engine::has_other_data(const http::Request& request) const {
  const std::string from(request.headers.get(kFromHeader));
  const std::string incarnation(request.headers.get(kIncarnationHeader));
  const raft::NodeId sender(std::strtoull(from.c_str(), nullptr, 10));
  if (incarnation.empty()) return false;  // Of an earlier version.
  const std::lock_guard lock(status_mutex_);
  for (const Member& member : status_.members)
    if (member.id == sender && member.incarnation != 0)
      return std::to_string(member.incarnation) != incarnation;
  return false;
}

/// Who asks for votes finds itself among the voters of its log. If what is committed here reaches as far and
/// does not name it, it was removed and never heard of it.
bool Engine::was_removed(const raft::Message& message) const {
  const auto* request = std::get_if<raft::RequestVote>(&message.body);
  const raft::Index committed = node_.log().committed();
  return request && request->last.index <= committed && !node_.membership().contains(message.from) &&
         !node_.membership_at(committed).contains(message.from);
}

base::Awaitable<http::Response> Engine::take_messages(http::Exchange& exchange) {
  const base::Result<std::string> body = co_await exchange.read_body(kMessagesBodyMax);
  if (!body) co_return answer(413, body.error().message);
  base::Result<std::vector<raft::Message>> messages = decode_batch(*body);
  if (!messages) co_return answer(400, messages.error().message);
  auto work = step_all(std::move(*messages), body->size());
  const bool heard = co_await boost::asio::co_spawn(strand_, std::move(work), boost::asio::use_awaitable);
  co_return heard ? answer(204) : answer(kDisowned, std::string(kRemoved));
}

base::Awaitable<bool> Engine::step_all(std::vector<raft::Message> messages, std::size_t bytes) {
  if (stopping_) co_return true;
  const auto from = messages.empty() ? links_.end() : links_.find(messages.front().from);
  if (from != links_.end()) from->second->received(bytes);
  note_time();
  for (raft::Message& message : messages) {
    if (was_removed(message)) co_return false;
    if (message.from == node_.leader()) silent_ticks_ = 0;
    // A snapshot comes with its data, another way.
    if (!std::holds_alternative<raft::InstallSnapshot>(message.body)) node_.step(std::move(message));
  }
  pump();
  co_return true;
}

base::Awaitable<http::Response> Engine::take_member(http::Exchange& exchange) {
  const base::Result<std::string> body = co_await exchange.read_body(kMemberBodyMax);
  if (!body) co_return answer(413, body.error().message);
  base::Result<Member> member = decode_member(*body);
  if (!member) co_return answer(400, member.error().message);
  auto work = update_member(std::move(*member));
  const base::Result<void> changed =
      co_await boost::asio::co_spawn(strand_, std::move(work), boost::asio::use_awaitable);
  if (!changed) co_return answer(503, changed.error().message);
  co_return answer(204);
}

base::Awaitable<base::Result<void>> Engine::update_member(Member member) {
  // Publishing changes attributes; who is a member is decided elsewhere.
  if (!node_.membership().contains(member.id)) co_return base::Error(base::Errc::not_found, "no such member");
  member.learner = !node_.membership().is_voter(member.id);
  raft::Membership target = with_member(node_.membership(), member);
  co_return co_await change_membership(std::move(target));
}

base::Awaitable<http::Response> Engine::take_snapshot(http::Exchange& exchange) {
  const std::string from(exchange.request().headers.get(kFromHeader));
  const std::string term(exchange.request().headers.get(kTermHeader));
  raft::Message message;
  message.from = raft::NodeId(std::strtoull(from.c_str(), nullptr, 10));
  message.to = identity_.id;
  message.term = raft::Term(std::strtoull(term.c_str(), nullptr, 10));
  if (receiving_.exchange(true)) co_return answer(503, "another snapshot is on its way");
  const std::shared_ptr<void> received(nullptr, [this](void*) { receiving_ = false; });
  base::Result<OpenDatabasePtr> database = co_await receive_database(exchange);
  if (!database) co_return answer(503, database.error().message);
  auto work = offer_snapshot(std::move(*database), std::move(message));
  const base::Result<raft::Index> index =
      co_await boost::asio::co_spawn(strand_, std::move(work), boost::asio::use_awaitable);
  if (!index) co_return answer(503, index.error().message);
  co_return answer(200, std::to_string(index->value));
}

base::Awaitable<base::Result<OpenDatabasePtr>> Engine::receive_database(http::Exchange& exchange) {
  const std::filesystem::path folder = unused_database(options_.data_dir);
  base::log::info("receiving a snapshot", {{"into", folder.string()}});
  ArchiveWriter writer(folder);
  base::Result<void> result;
  for (;;) {
    const base::Result<std::string> piece = co_await exchange.read_some();
    if (!piece) result = piece.error();
    if (!piece || piece->empty()) break;
    std::function<void()> write = [&] { result = writer.feed(*piece); };
    co_await base::run_blocking(pool_, std::move(write));
    if (!result) break;
  }
  base::Result<OpenDatabasePtr> database = base::Error(base::Errc::internal, "not opened");
  std::function<void()> open = [&] {
    if (result) result = writer.finish();
    if (result) {
      database = open_database(folder, families_);
    } else {
      database = result.error();
    }
    std::error_code ignored;
    if (!database) std::filesystem::remove_all(folder, ignored);
  };
  co_await base::run_blocking(pool_, std::move(open));
  co_return database;
}

base::Awaitable<base::Result<raft::Index>> Engine::offer_snapshot(OpenDatabasePtr database,
                                                                  raft::Message message) {
  database->remove_when_closed(true);  // Unless it is installed.
  if (stopping_) co_return base::Error(base::Errc::cancelled, "the store is stopping");
  const LogStore log(database);
  if (base::Result<void> format = log.check_format(); !format) co_return format.error();
  base::Result<raft::SnapshotMeta> meta = log.applied();
  if (!meta) co_return meta.error();
  if (received_) co_return base::Error(base::Errc::unavailable, "another snapshot waits to be installed");
  const raft::EntryId id = meta->id;
  message.body = raft::InstallSnapshot{std::move(*meta)};
  if (accepts_snapshot(std::move(message))) received_ = std::move(database);
  pump();
  const bool covered = co_await wait_applied(id.index);
  if (!covered)
    co_return base::Error(base::Errc::deadline_exceeded, "the snapshot was not installed in time");
  co_return id.index;
}

/// By what changes: the same snapshot may come again while it is being installed, and is not taken then.
bool Engine::accepts_snapshot(raft::Message message) {
  const raft::EntryId id = std::get<raft::InstallSnapshot>(message.body).meta.id;
  const raft::EntryId before = node_.log().compacted();
  note_time();
  node_.step(std::move(message));
  return before != id && node_.log().compacted() == id;
}

base::Awaitable<void> Engine::install(const raft::Ready& job) {
  while (!applier_idle_.is_set())
    co_await applier_idle_.wait();
  const OpenDatabasePtr next = std::move(received_);
  received_.reset();
  COX_ASSERT(next, "a snapshot to install that was not received");
  base::Result<void> result;
  std::function<void()> work = [&] { result = install_blocking(next, job); };
  co_await base::run_blocking(pool_, std::move(work));
  if (!result) die(result.error());
  applied_ = job.snapshot->id.index;
  base::log::info("installed a snapshot", {{"index", applied_.value}});
  give_up_proposals(job.snapshot->id.term, Through::snapshot);
  finish_reads();
}

base::Result<void> Engine::install_blocking(const OpenDatabasePtr& next, const raft::Ready& job) {
  LogStore log(next);
  if (base::Result<void> adopted = log.adopt(identity_, hard_state_); !adopted) return adopted;
  if (base::Result<void> written = log.write(std::nullopt, job.entries, true); !written) return written;
  // From here on a restart finds the new data.
  if (base::Result<void> active = make_active(options_.data_dir, next->path()); !active) return active;
  next->remove_when_closed(false);
  OpenDatabasePtr previous = log_.database();
  log_ = std::move(log);
  {
    const std::lock_guard lock(status_mutex_);
    current_ = next;
  }
  previous->remove_when_closed(true);
  previous.reset();
  return machine_.open(next, job.snapshot->id.index);
}

}  // namespace raft_store::replication
