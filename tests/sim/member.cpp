#include "sim/member.hpp"
#include "base/assert.hpp"

/// Life and death of a member.
namespace sim {

Member::Member(Env& env, Network& network, raft::NodeId id, raft::Membership first)
    : env_(env), network_(network), id_(id), first_(std::move(first)), vault_(make_vault(env, first_)) {}

void Member::reset() {
  ++incarnation_;
  doomed_ = writing_ = install_waits_ = applying_ = receiving_ = probing_ = false;
  silent_ticks_ = leaderless_ticks_ = resting_ticks_ = 0;
  hurried_term_ = raft::Term(0);
  settled_ = {};
  write_job_.reset();
  apply_job_.clear();
  proposals_.clear();
  inbox_.clear();
  waiting_reads_.clear();
  asked_reads_.clear();
  answered_.clear();
  received_.reset();
  installing_.reset();
  sending_to_.clear();
  next_sequence_ = 1;
  // Random in the Engine: unlike those of any other start.
  instance_ = id_.value << 32 | static_cast<std::uint64_t>(incarnation_);
  read_context_ = instance_ << 16;
  paused_until_ = 0;
}

raft::Start Member::load() {
  base::Result<raft::Start> start = vault_->open();
  if (start) return std::move(*start);
  env_.checker.fail("member " + std::to_string(id_.value) + " cannot start: " + start.error().message);
  return {};
}

void Member::start() {
  if (gone_ || up()) return;
  reset();
  const raft::Start start = load();
  if (env_.checker.failed()) return;
  hard_state_ = start.hard_state;
  raft::Options options = env_.plan.raft;
  options.id = id_;
  options.seed = env_.random.next();
  tick_length_ = kTick + kTick * env_.random.between(-env_.plan.drift, env_.plan.drift) / 1000;
  // Of few, so that the others can elect.
  if (env_.has(Bug::clock_drift) && id_.value % 4 == 1) tick_length_ *= 3;
  env_.note(std::to_string(id_.value) + " starts: term " + std::to_string(start.hard_state.term.value) +
            ", applied " + std::to_string(start.applied.value) + " of " +
            std::to_string(start.snapshot.id.index.value + start.entries.size()));
  ++env_.stats["starts"];
  node_ = std::make_unique<raft::Node>(options, start);
  enter([this] {
    if (!env_.has(Bug::apply_twice)) env_.checker.restarted(*node_, applied(), vault_->digest());
    // Alone there is nobody to wait for.
    if (node_->membership().voters == std::set<raft::NodeId>{id_}) node_->campaign();
    pump();
  });
  if (up()) schedule_tick();
}

void Member::crash(std::string_view why) {
  if (!up()) return;
  env_.note(std::to_string(id_.value) + " crashes: " + std::string(why));
  ++env_.stats["crashes"];
  node_.reset();
  vault_->crash(env_.random);
  reset();
  const Time down = env_.healed ? kTick : env_.random.between(kTick / 2, env_.plan.down_max);
  env_.events.after(down, [this] { start(); });
}

void Member::wipe() {
  if (gone_) return;
  env_.note(std::to_string(id_.value) + " is wiped");
  node_.reset();
  reset();
  gone_ = true;
}

void Member::pause(Time length) {
  env_.note(std::to_string(id_.value) + " is stopped for " + std::to_string(length / kTick) + " ticks");
  paused_until_ = std::max(paused_until_, env_.events.now() + length);
}

/// Every step of a member goes through here, so that each is followed by a look at it.
void Member::enter(std::function<void()> step) {
  if (!up()) return;
  if (paused_until_ > env_.events.now()) return later(paused_until_ - env_.events.now(), std::move(step));
  step();
  if (!up()) return;
  env_.checker.look_at(*node_);
  if (doomed_) crash("at a point of the Ready order");
}

void Member::later(Time delay, std::function<void()> step) {
  env_.events.after(delay, [this, incarnation = incarnation_, step = std::move(step)] {
    if (incarnation == incarnation_) enter(step);
  });
}

/// A point of the Ready order. False: the member is dead from here on.
bool Member::survives(std::string_view point) {
  if (doomed_) return false;
  if (!env_.fault(env_.plan.crash_point)) return true;
  ++env_.stats["crashes " + std::string(point)];
  env_.note(std::to_string(id_.value) + " dies " + std::string(point));
  doomed_ = true;
  return false;
}

void Member::schedule_tick() {
  // Healed, too, is what Bug::clock_drift does to elections; its leases stay wrong.
  later(env_.has(Bug::clock_drift) && env_.healed ? kTick : tick_length_, [this] {
    tick();
    if (!doomed_) schedule_tick();
  });
}

/// Its own clock, as fast as its ticks.
void Member::note_time() {
  node_->note_time(env_.events.now() * kTick / tick_length_);
}

void Member::tick() {
  note_time();
  node_->tick();
  if (env_.plan.hurries) {
    watch_leader();
    hurry_election();
  }
  if (!asked_reads_.empty() && ++read_age_ticks_ > env_.plan.raft.election_ticks) drop_read(read_context_);
  pump();
}

Time Member::disk_time() {
  const Time time = env_.random.between(env_.plan.sync_min, env_.healed ? kTick / 2 : env_.plan.sync_max);
  return env_.fault(env_.plan.slow_disk) ? time + env_.random.between(kTick, 10 * kTick) : time;
}

void Member::deliver(const std::string& bytes) {
  enter([this, bytes] {
    base::Result<raft::Message> message = raft::decode_message(bytes);
    COX_ASSERT(message.has_value(), "a message does not survive its encoding");
    if (env_.trace.on()) env_.note(to_string(*message));
    note_time();
    if (was_removed(*message)) {
      network_.carry(id_, message->from, 0, [sender = find(message->from)] { sender->disowned(); });
      return;
    }
    if (message->from == node_->leader()) silent_ticks_ = 0;
    node_->step(std::move(*message));
    pump();
  });
}

void Member::ask(std::function<void(raft::Node&)> what) {
  enter([this, what = std::move(what)] {
    if (env_.healed) return;  // It was stopped meanwhile.
    what(*node_);
    pump();
  });
}

}  // namespace sim
