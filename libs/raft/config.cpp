#include "raft/config.hpp"
#include <algorithm>
#include <iterator>
#include <vector>
#include "raft/codec.hpp"

namespace raft {
namespace {

void write_ids(codec::Writer& out, const std::set<NodeId>& ids) {
  out.u32(static_cast<std::uint32_t>(ids.size()));
  for (const NodeId id : ids)
    out.u64(id.value);
}

std::set<NodeId> read_ids(codec::Reader& in) {
  std::set<NodeId> ids;
  for (std::uint32_t n = in.count(8); n > 0; --n)
    ids.insert(NodeId(in.u64()));
  return ids;
}

std::size_t difference(const std::set<NodeId>& a, const std::set<NodeId>& b) {
  std::vector<NodeId> out;
  std::set_symmetric_difference(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(out));
  return out.size();
}

}  // namespace

std::set<NodeId> Membership::everyone() const {
  std::set<NodeId> ids = voters;
  ids.insert(outgoing.begin(), outgoing.end());
  ids.insert(learners.begin(), learners.end());
  return ids;
}

base::Result<Membership> plan_change(const Membership& current, const Membership& target) {
  const auto wrong = [](std::string text) {
    return base::Error(base::Errc::invalid_argument, std::move(text));
  };
  if (target.voters.empty()) return wrong("a configuration needs a voter");
  if (target.joint()) return wrong("a joint configuration cannot be asked for");
  if (target.voters.contains(NodeId(0)) || target.learners.contains(NodeId(0)))
    return wrong("0 is not a member's id");
  for (const NodeId id : target.learners)
    if (target.voters.contains(id)) return wrong("a learner cannot be a voter");
  if (difference(current.voters, target.voters) <= 1) return target;
  Membership joint = target;
  joint.outgoing = current.voters;
  for (const NodeId id : joint.outgoing) {
    const auto context = current.contexts.find(id);
    if (context != current.contexts.end()) joint.contexts.insert(*context);
  }
  return joint;
}

Membership leave_joint(const Membership& joint) {
  Membership next = joint;
  next.outgoing.clear();
  std::erase_if(next.contexts, [&](const auto& item) { return !next.contains(item.first); });
  return next;
}

std::string encode_membership(const Membership& membership) {
  codec::Writer out;
  write_ids(out, membership.voters);
  write_ids(out, membership.outgoing);
  write_ids(out, membership.learners);
  out.u32(static_cast<std::uint32_t>(membership.contexts.size()));
  for (const auto& [id, context] : membership.contexts) {
    out.u64(id.value);
    out.bytes(context);
  }
  return out.take();
}

base::Result<Membership> decode_membership(std::string_view bytes) {
  codec::Reader in(bytes);
  Membership membership;
  membership.voters = read_ids(in);
  membership.outgoing = read_ids(in);
  membership.learners = read_ids(in);
  for (std::uint32_t n = in.count(12); n > 0; --n) {
    const NodeId id(in.u64());
    membership.contexts[id] = std::string(in.bytes());
  }
  if (!in.done() || membership.voters.empty())
    return base::Error(base::Errc::corrupt, "a Raft configuration cannot be decoded");
  return membership;
}

}  // namespace raft
