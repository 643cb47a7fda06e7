#include "raft/testing/group.hpp"
#include "base/assert.hpp"

namespace raft::testing {

Group::Group(int members, std::function<void(Options&)> adjust) : adjust_(std::move(adjust)) {
  for (int id = 1; id <= members; ++id)
    initial_.voters.insert(NodeId(id));
  for (int id = 1; id <= members; ++id) {
    hosts_[NodeId(id)].snapshot.membership = initial_;
    start(id);
  }
}

void Group::add_host(int id) {
  hosts_[NodeId(id)];
  start(id);
}

void Group::start(int id) {
  Options options;
  options.id = NodeId(id);
  options.seed = 7;
  if (adjust_) adjust_(options);
  Host& host = hosts_.at(options.id);
  Start start{host.hard_state, host.snapshot, host.disk, host.applied_index};
  host.node = std::make_unique<Node>(options, std::move(start));
}

void Group::restart(int id) {
  start(id);
}

void Group::cut(int a, int b) {
  cut_.insert({NodeId(a), NodeId(b)});
  cut_.insert({NodeId(b), NodeId(a)});
}

void Group::isolate(int id) {
  for (const auto& [other, host] : hosts_)
    if (other != NodeId(id)) cut(id, static_cast<int>(other.value));
}

void Group::write(Host& host, const Ready& ready) {
  if (ready.snapshot) {
    host.snapshot = *ready.snapshot;
    host.disk.clear();
    host.applied_index = ready.snapshot->id.index;
    // The state machine's data travels with the snapshot: take it from whoever has it.
    for (auto& [id, other] : hosts_)
      if (other.applied_index >= host.applied_index && &other != &host) host.applied = other.applied;
  }
  if (ready.hard_state) host.hard_state = *ready.hard_state;
  for (const Entry& entry : ready.entries) {
    while (!host.disk.empty() && host.disk.back().id.index >= entry.id.index)
      host.disk.pop_back();
    host.disk.push_back(entry);
  }
}

bool Group::work(Host& host) {
  if (!host.node->has_ready()) return false;
  Ready ready = host.node->take_ready();
  network_.insert(network_.end(), ready.messages.begin(), ready.messages.end());
  write(host, ready);
  if (ready.needs_write) host.node->persisted();
  network_.insert(network_.end(), ready.messages_after_write.begin(), ready.messages_after_write.end());
  for (const Entry& entry : ready.committed) {
    if (entry.kind == EntryKind::command) host.applied.push_back(*entry.data);
    host.applied_index = entry.id.index;
  }
  if (!ready.committed.empty()) host.node->applied(host.applied_index);
  host.reads.insert(host.reads.end(), ready.reads.begin(), ready.reads.end());
  host.reads_dropped.insert(host.reads_dropped.end(), ready.reads_dropped.begin(), ready.reads_dropped.end());
  for (const NodeId peer : ready.snapshots_wanted) {
    const Node& node = *host.node;
    const Index index = node.log().applied();
    const SnapshotMeta meta{{*node.log().term_at(index), index}, node.membership_at(index)};
    const Message m{node.id(), peer, node.term(), InstallSnapshot{meta}};
    const bool arrives = passes(m.from, m.to);
    if (arrives) network_.push_back(m);
    host.node->report_snapshot(peer, arrives, index);
  }
  return true;
}

void Group::deliver(const Message& m) {
  if (!passes(m.from, m.to) || !hosts_.contains(m.to) || (filter && !filter(m))) return;
  // Through the bytes, so that every message of every test is a test of the codec.
  base::Result<Message> copy = decode_message(encode_message(m));
  COX_ASSERT(copy.has_value(), "a message does not survive its encoding");
  hosts_.at(m.to).node->step(std::move(*copy));
}

void Group::settle() {
  for (bool busy = true; busy;) {
    busy = false;
    for (auto& [id, host] : hosts_)
      while (work(host))
        busy = true;
    while (!network_.empty()) {
      const Message m = network_.front();
      network_.pop_front();
      deliver(m);
      busy = true;
    }
  }
}

void Group::tick(int id, int times) {
  for (; times > 0; --times) {
    (*this)[id].tick();
    settle();
  }
}

void Group::tick_all(int times) {
  for (; times > 0; --times) {
    for (auto& [id, host] : hosts_)
      host.node->tick();
    settle();
  }
}

void Group::elect(int id) {
  (*this)[id].campaign();
  settle();
}

int Group::leader() {
  Term term;
  NodeId leader;
  for (auto& [id, host] : hosts_) {
    if (host.node->role() != Role::leader || host.node->term() <= term) continue;
    term = host.node->term();
    leader = id;
  }
  return static_cast<int>(leader.value);
}

base::Result<void> Group::propose(int id, std::string command) {
  base::Result<void> result = (*this)[id].propose({make_data(std::move(command))});
  settle();
  return result;
}

}  // namespace raft::testing
