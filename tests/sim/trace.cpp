#include "sim/trace.hpp"
#include <cstdio>
#include <type_traits>

namespace sim {
namespace {

std::string number(std::uint64_t n) {
  return std::to_string(n);
}

std::string ids(const std::set<raft::NodeId>& set) {
  std::string out;
  for (const raft::NodeId id : set)
    out += (out.empty() ? "" : " ") + number(id.value);
  return out;
}

std::string text(const raft::RequestVote& b) {
  return std::string(b.pre ? "PreVote" : "RequestVote") + (b.transfer ? " by transfer" : "") + ", log ends " +
         to_string(b.last);
}
std::string text(const raft::VoteResponse& b) {
  return std::string(b.pre ? "pre-vote " : "vote ") + (b.granted ? "granted" : "refused");
}
std::string text(const raft::AppendEntries& b) {
  return "Append after " + to_string(b.previous) + " " + number(b.entries.size()) + " entries" +
         (b.entries.empty() ? "" : " to " + to_string(b.entries.back().id)) + ", commit " +
         number(b.commit.value);
}
std::string text(const raft::AppendResponse& b) {
  return b.rejected ? "append refused at " + number(b.index.value) + ", hint " + to_string(b.hint)
                    : "append accepted to " + number(b.index.value);
}
std::string text(const raft::Heartbeat& b) {
  return "Heartbeat commit " + number(b.commit.value) + " read " + number(b.read);
}
std::string text(const raft::HeartbeatResponse& b) {
  return "heartbeat answered, read " + number(b.read);
}
std::string text(const raft::InstallSnapshot& b) {
  return "Snapshot " + to_string(b.meta.id) + " " + to_string(b.meta.membership);
}
std::string text(const raft::Propose& b) {
  return "Propose " + number(b.commands.size()) + " commands";
}
std::string text(const raft::ReadIndex& b) {
  return "ReadIndex " + number(b.context);
}
std::string text(const raft::ReadIndexResponse& b) {
  return "read " + number(b.context) + " at " + number(b.index.value);
}
std::string text(const raft::TimeoutNow&) {
  return "TimeoutNow";
}

}  // namespace

void Trace::add(Time now, const std::string& line) {
  if (!on()) return;
  char stamp[32];
  std::snprintf(stamp, sizeof stamp, "%7lld.%03lld  ", static_cast<long long>(now / kTick),
                static_cast<long long>(now % kTick));
  if (mode_ == Mode::print) {
    std::printf("%s%s\n", stamp, line.c_str());
    return;
  }
  lines_.push_back(stamp + line);
  if (lines_.size() > lines_max_) lines_.pop_front();
}

std::string to_string(raft::EntryId id) {
  return number(id.term.value) + "/" + number(id.index.value);
}

std::string to_string(const raft::Membership& m) {
  std::string out = "{" + ids(m.voters);
  if (m.joint()) out += ", outgoing " + ids(m.outgoing);
  if (!m.learners.empty()) out += ", learners " + ids(m.learners);
  return out + "}";
}

std::string to_string(const raft::Message& m) {
  return number(m.from.value) + " -> " + number(m.to.value) + "  t" + number(m.term.value) + " " +
         std::visit([](const auto& body) { return text(body); }, m.body);
}

}  // namespace sim
