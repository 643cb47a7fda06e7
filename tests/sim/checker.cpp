#include "sim/checker.hpp"
#include <algorithm>
#include "base/assert.hpp"
#include "sim/trace.hpp"

namespace sim {
namespace {

std::string name(raft::NodeId id) {
  return "member " + std::to_string(id.value);
}
std::string number(raft::Index index) {
  return std::to_string(index.value);
}
std::string number(raft::Term term) {
  return std::to_string(term.value);
}

storage::WatchRequest all_events() {
  storage::WatchRequest request;
  request.key = all_keys().key;
  request.range_end = all_keys().range_end;
  return request;
}

}  // namespace

void Checker::fail(std::string why) {
  if (!failed()) failure_ = std::move(why);
}

void Checker::look_at(const raft::Node& node) {
  Seen& seen = seen_[node.id()];
  if (node.term() < seen.term)
    fail(name(node.id()) + " goes back from term " + number(seen.term) + " to " + number(node.term()));
  const raft::Log& log = node.log();
  if (seen.first < log.first()) {
    const auto gone = std::min<std::size_t>(seen.terms.size(), log.first() - seen.first);
    seen.terms.erase(seen.terms.begin(), seen.terms.begin() + static_cast<std::ptrdiff_t>(gone));
    seen.first = log.first();
  }
  // Equal ids mean equal logs up to there: that is what is checked of each entry once.
  seen.terms.resize(std::min<std::size_t>(seen.terms.size(), log.last().index + 1 - log.first()));
  while (!seen.terms.empty() && log.term_at(seen.first + (seen.terms.size() - 1)) != seen.terms.back())
    seen.terms.pop_back();
  look_at_entries(node, seen, seen.first + seen.terms.size());
  if (node.role() == raft::Role::leader && (seen.role != node.role() || seen.term != node.term()))
    look_at_leader(node);
  look_at_commit(node, seen);
  if (log.committed() != seen.committed) look_at_members(node);
  seen.term = node.term();
  seen.role = node.role();
  seen.committed = log.committed();
}

void Checker::look_at_entries(const raft::Node& node, Seen& seen, raft::Index from) {
  const raft::Log& log = node.log();
  for (raft::Index i = from; i <= log.last().index; ++i) {
    const raft::Entry& entry = log.at(i);
    const Known here{hash_of(entry), *log.term_at(i - 1)};
    const auto [known, is_new] = entries_[i].try_emplace(entry.id.term, here);
    if (!is_new && (known->second.hash != here.hash || known->second.previous != here.previous))
      fail("Log Matching: entry " + to_string(entry.id) + " of " + name(node.id()) +
           " differs from that of another log");
    seen.terms.push_back(entry.id.term);
  }
}

void Checker::look_at_leader(const raft::Node& node) {
  const auto [leader, is_new] = leaders_.try_emplace(node.term(), node.id());
  if (leader->second != node.id())
    fail("Election Safety: " + name(leader->second) + " and " + name(node.id()) + " lead in term " +
         number(node.term()));
  const raft::Log& log = node.log();
  for (raft::Index i = std::max(log.compacted().index, raft::Index(1)); i <= committed(); ++i) {
    const Committed& entry = log_[i.value - 1];
    if (entry.in_term >= node.term() || log.term_at(i) == entry.id.term) continue;
    fail("Leader Completeness: " + name(node.id()) + " leads in term " + number(node.term()) +
         " without entry " + to_string(entry.id) + ", committed in term " + number(entry.in_term));
    return;
  }
}

void Checker::look_at_commit(const raft::Node& node, const Seen& seen) {
  const raft::Log& log = node.log();
  if (log.committed() < seen.committed)
    fail(name(node.id()) + "'s commit index goes back from " + number(seen.committed) + " to " +
         number(log.committed()));
  for (raft::Index i = seen.committed + 1; i <= log.committed() && !failed(); ++i) {
    if (i > committed()) {
      if (i < log.first())
        fail(name(node.id()) + " has a snapshot at " + number(log.compacted().index) +
             " of what was not committed");
      else
        commit(log.at(i), node.term());
      continue;
    }
    const Committed& known = log_[i.value - 1];
    const std::optional<raft::Term> term = log.term_at(i);
    if ((term && *term != known.id.term) || (i >= log.first() && hash_of(log.at(i)) != known.hash))
      fail("State Machine Safety: " + name(node.id()) + " commits another entry at " + number(i) + " than " +
           to_string(known.id));
  }
}

void Checker::look_at_members(const raft::Node& node) {
  const raft::Index at = node.log().committed();
  if (failed() || at > committed()) return;
  const auto known = std::prev(memberships_.upper_bound(at));
  // Who joins knows nothing of the first configuration, which is in no log.
  if (known->first == raft::Index(0) || node.membership_at(at) == known->second) return;
  fail("Configuration: " + name(node.id()) + " has the members " + to_string(node.membership_at(at)) +
       " at " + number(at) + ", and not " + to_string(known->second));
}

void Checker::look_at_log(const raft::Node& node) {
  const raft::Log& log = node.log();
  for (raft::Index i = log.first(); i <= log.last().index; ++i) {
    const Known& known = entries_[i][log.at(i).id.term];
    if (known.hash != hash_of(log.at(i)) || known.previous != log.term_at(i - 1))
      fail("Log Matching: entry " + to_string(log.at(i).id) + " of " + name(node.id()) + " has changed");
  }
}

void Checker::commit(const raft::Entry& entry, raft::Term in_term) {
  const storage::Revision before = machine_.state.revision();
  const std::optional<Outcome> outcome = machine_.apply(entry);
  log_.push_back({entry.id, hash_of(entry), in_term, machine_.digest});
  if (entry.kind == raft::EntryKind::membership)
    note_members(entry.id.index, raft::decode_membership(*entry.data).value());
  machine_.applied = {entry.id, membership_};
  if (!outcome) return;
  note_command(entry, *outcome);
  if (machine_.state.revision() == before) return;
  const base::Result<storage::WatchBatch> batch = machine_.state.events(all_events(), before + 1, 1000);
  COX_ASSERT(batch.has_value(), "events of a new revision");
  for (const storage::WatchEvent& event : batch->events)
    truth_.events[event.kv.mod_revision].push_back(
        {event.kv.key, event.removed ? Value() : Value(*event.kv.value)});
}

void Checker::note_members(raft::Index index, const raft::Membership& membership) {
  memberships_[index] = membership;
  membership_ = membership;
  members_ever_.merge(membership.everyone());
}

void Checker::note_command(const raft::Entry& entry, const Outcome& outcome) {
  const Command command = decode_command(*entry.data).value();
  if (outcome.changed && !truth_.revisions.try_emplace(outcome.revision, entry.id.index).second)
    fail("revision " + std::to_string(outcome.revision) + " is used again at index " +
         number(entry.id.index));
  truth_.outcomes.try_emplace(command.call, outcome);
  if (!truth_.indexes.try_emplace(command.call, entry.id.index).second)
    fail("a call is committed twice, at " + number(truth_.indexes[command.call]) + " and " +
         number(entry.id.index) + ": " + to_string(command));
}

void Checker::sent(const raft::Message& message) {
  const auto* asked = std::get_if<raft::RequestVote>(&message.body);
  const auto* told = std::get_if<raft::VoteResponse>(&message.body);
  // A pre-vote speaks of a term that may never come.
  if (!(asked && asked->pre) && !(told && told->pre)) {
    raft::Term& spoken = seen_[message.from].spoken;
    spoken = std::max(spoken, message.term);
  }
  raft::NodeId candidate;
  if (asked && !asked->pre) candidate = message.from;
  if (told && !told->pre && told->granted) candidate = message.to;
  if (candidate == raft::NodeId(0)) return;
  const auto [vote, is_new] = votes_[message.term].try_emplace(message.from, candidate);
  if (vote->second != candidate)
    fail(name(message.from) + " votes for " + name(vote->second) + " and " + name(candidate) + " in term " +
         number(message.term));
}

void Checker::restarted(const raft::Node& node, raft::Index applied, std::uint64_t digest) {
  Seen& seen = seen_[node.id()];
  seen.term = seen.spoken;
  seen.first = node.log().first();
  seen.terms.clear();
  seen.committed = raft::Index(0);
  seen.role = raft::Role::follower;
  installed(node.id(), applied, digest);
  look_at(node);
}

void Checker::applied(raft::NodeId id, const raft::Entry& entry, std::uint64_t digest) {
  if (entry.id.index > committed())
    fail(name(id) + " applies " + to_string(entry.id) + ", which is not committed");
  else if (digest != log_[entry.id.index.value - 1].digest)
    fail("State Machine Safety: " + name(id) + " comes to another state by applying index " +
         number(entry.id.index));
}

void Checker::installed(raft::NodeId id, raft::Index at, std::uint64_t digest) {
  const bool known = at <= committed();
  if (!known || digest != (at == raft::Index(0) ? 0 : log_[at.value - 1].digest))
    fail("State Machine Safety: " + name(id) + " holds data that is not that of index " + number(at));
}

void Checker::compare(raft::NodeId id, Vault& vault) {
  if (vault.applied().id != machine_.applied.id || vault.digest() != machine_.digest)
    return fail(name(id) + " has applied up to " + to_string(vault.applied().id) + " and not to the end, " +
                to_string(machine_.applied.id));
  const storage::RangeResponse mine = machine_.state.range(all_keys()).value();
  const storage::RangeResponse theirs = vault.everything();
  const auto equal = [](const storage::KeyValue& a, const storage::KeyValue& b) {
    return a.key == b.key && *a.value == *b.value && a.mod_revision == b.mod_revision &&
           a.create_revision == b.create_revision && a.version == b.version;
  };
  if (mine.revision != theirs.revision ||
      !std::equal(mine.kvs.begin(), mine.kvs.end(), theirs.kvs.begin(), theirs.kvs.end(), equal))
    fail("State Machine Safety: the data of " + name(id) + " differs in the end");
}

void Checker::watched(const std::string& who, storage::Revision from, const storage::WatchBatch& batch) {
  auto next = batch.events.begin();
  for (auto i = truth_.events.lower_bound(from); i != truth_.events.end() && i->first <= batch.revision;
       ++i) {
    for (const Truth::Event& event : i->second) {
      const bool same = next != batch.events.end() && next->kv.mod_revision == i->first &&
                        next->kv.key == event.key && next->removed == !event.value &&
                        (next->removed || *next->kv.value == *event.value);
      if (same && next->prev_kv.version > 0 &&
          *next->prev_kv.value != truth_.value_at(event.key, i->first - 1))
        return fail(who + " is told a wrong value before revision " + std::to_string(i->first) + ", of " +
                    event.key);
      if (!same)
        return fail(who + " misses the event of " + event.key + " at revision " + std::to_string(i->first));
      ++next;
    }
  }
  if (next != batch.events.end())
    fail(who + " sees an event too many, of " + next->kv.key + " at revision " +
         std::to_string(next->kv.mod_revision));
}

}  // namespace sim
