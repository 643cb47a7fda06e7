#include "raft-store/replication/engine.hpp"
#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cstring>
#include "base/log.hpp"
#include "base/random.hpp"
#include "raft-store/replication/active_database.hpp"
#include "raft-store/replication/give_up.hpp"

/// Opening, starting and stopping.
namespace raft_store::replication {
namespace {

using namespace std::chrono_literals;

std::uint64_t random_number() {
  std::uint64_t number = 0;
  const std::string bytes = base::random_bytes(sizeof number);
  std::memcpy(&number, bytes.data(), sizeof number);
  return number;
}

raft::Options node_options(const ReplicatorOptions& options, raft::NodeId id) {
  raft::Options out;
  out.id = id;
  out.heartbeat_ticks = 1;
  out.election_ticks =
      std::max(2, static_cast<int>(options.election_timeout / std::max(options.heartbeat_interval, 1ms)));
  // Half of etcd's: who stands at the same time tries again soon (electing.cpp).
  out.election_spread_ticks = out.election_ticks / 2 + 1;
  out.seed = random_number();
  if (options.lease_reads) {
    // Ticks never come early, but a heartbeat may have come just before one.
    const auto protection = (out.election_ticks - 1) * options.heartbeat_interval;
    out.lease_length = std::chrono::microseconds(protection).count() * 4 / 5;
  }
  return out;
}

base::Error invalid(std::string text) {
  return {base::Errc::invalid_argument, std::move(text)};
}

/// Who this member is to be, by its flags.
base::Result<Identity> identity_from(ReplicatorOptions& options) {
  if (options.join_existing && options.cluster_id == 0)
    return base::Error(base::Errc::unavailable,
                       "--initial-cluster-state=existing: no member of the cluster answers");
  for (Member& member : options.initial_cluster)
    if (!options.join_existing) member.id = derive_member_id(member.peer_urls, options.initial_cluster_token);
  const auto self = std::find_if(options.initial_cluster.begin(), options.initial_cluster.end(),
                                 [&](const Member& m) { return m.name == options.name; });
  if (self == options.initial_cluster.end())
    return invalid("--initial-cluster does not contain --name \"" + options.name + "\"");
  const std::uint64_t cluster =
      options.join_existing ? options.cluster_id : derive_cluster_id(options.initial_cluster);
  return Identity{cluster, self->id, std::max<std::uint64_t>(1, random_number())};
}

base::Result<std::unique_ptr<Replicator>> open_engine(base::Runtime& runtime, ReplicatorOptions options,
                                                      StateMachine& machine) {
  const base::Result<std::filesystem::path> path = active_database(options.data_dir);
  if (!path) return path.error();
  base::Result<OpenDatabasePtr> database = open_database(*path, machine.column_families());
  if (!database) return database.error();
  LogStore log(*database);
  if (base::Result<void> format = log.check_format(); !format) return format.error();
  base::Result<std::optional<Identity>> known = log.identity();
  if (!known) return known.error();
  base::Result<Identity> wanted = identity_from(options);
  if (!*known) {
    if (!wanted) return wanted.error();
    const raft::Membership first = initial_membership(options.initial_cluster);
    if (base::Result<void> made = log.bootstrap(*wanted, first); !made) return made.error();
    *known = *wanted;
  } else if (wanted && wanted->id != (*known)->id) {
    return invalid(
        "--data-dir " + options.data_dir.string() +
        " belongs to another member or cluster; give this member its own, or an empty one if it was "
        "removed and added again");
  }
  if ((*known)->incarnation == 0) {
    (*known)->incarnation = std::max<std::uint64_t>(1, random_number());
    if (base::Result<void> set = log.set_identity(**known); !set) return set.error();
  }
  base::Result<raft::Start> start = log.load();
  if (!start) return start.error();
  if (base::Result<void> opened = machine.open(*database, start->applied); !opened)
    return std::move(opened.error()).prepend("state machine");
  return std::unique_ptr<Replicator>(std::make_unique<Engine>(runtime, std::move(options), machine, **known,
                                                              std::move(log), std::move(*start)));
}

}  // namespace

base::Result<std::unique_ptr<Replicator>> Replicator::open(base::Runtime& runtime, ReplicatorOptions options,
                                                           StateMachine& machine) {
  auto opened = open_engine(runtime, std::move(options), machine);
  if (!opened) return with_way_out(std::move(opened.error()));
  return opened;
}

Engine::Engine(base::Runtime& runtime, ReplicatorOptions options, StateMachine& machine, Identity identity,
               LogStore log, raft::Start start)
    : options_(std::move(options)),
      machine_(machine),
      families_(machine.column_families()),
      identity_(identity),
      instance_(random_number()),
      random_(instance_),
      registry_(runtime.metrics()),
      disk_(registry_),
      delays_(registry_),
      strand_(runtime.make_lane()),
      writer_lane_(runtime.make_lane()),
      applier_lane_(runtime.make_lane()),
      pool_(runtime.blocking_pool()),
      tasks_(strand_, "replication"),
      log_(std::move(log)),
      node_(node_options(options_, identity.id), start),
      hard_state_(start.hard_state),
      write_wanted_(strand_),
      apply_wanted_(strand_),
      applier_idle_(strand_),
      applied_(start.applied),
      read_context_(random_number()),
      current_(log_.database()) {
  applier_idle_.set();
  status_.cluster_id = identity.cluster_id;
  status_.id = identity.id;
  status_.members = members_of(node_.membership());
  status_.applied = start.applied;
}

void Engine::start() {
  tasks_.spawn("start", [this]() -> base::Awaitable<void> {
    // Alone there is nobody to wait for.
    if (node_.membership().voters == std::set<raft::NodeId>{identity_.id}) node_.campaign();
    pump();
    co_return;
  });
  tasks_.spawn("ticker", [this] { return run_ticker(); });
  tasks_.spawn("writer", [this] { return run_writer(); });
  tasks_.spawn("applier", [this] { return run_applier(); });
  tasks_.spawn("publisher", [this] { return run_publisher(); });
}

base::Awaitable<void> Engine::stop() {
  auto close = close_on_strand();
  co_await boost::asio::co_spawn(strand_, std::move(close), boost::asio::use_awaitable);
  tasks_.cancel();
  co_await tasks_.join();
  while (calls_ > 0)
    co_await base::sleep_for(5ms);
  // What a call posted before it ended runs before this.
  auto last = []() -> base::Awaitable<void> { co_return; };
  co_await boost::asio::co_spawn(strand_, std::move(last), boost::asio::use_awaitable);
}

base::Awaitable<void> Engine::close_on_strand() {
  stopping_ = true;
  alone_ = false;
  end_proposals();
  for (const ReadBatchPtr& batch : waiting_reads_)
    batch->done.set();
  for (const ReadBatchPtr& batch : asked_reads_)
    batch->done.set();
  for (const auto& [index, batch] : answered_reads_)
    batch->done.set();
  for (const auto& [id, link] : links_)
    link->close();
  co_return;
}

ReplicatorStatus Engine::status() const {
  const std::lock_guard lock(status_mutex_);
  return status_;
}

Standing Engine::standing() const {
  const std::lock_guard lock(status_mutex_);
  return {status_.leader, status_.term};
}

DatabasePtr Engine::database() const {
  const std::lock_guard lock(status_mutex_);
  return current_;
}

}  // namespace raft_store::replication
