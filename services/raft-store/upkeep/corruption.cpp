#include "raft-store/upkeep/corruption.hpp"
#include <cstdio>
#include <map>

namespace raft_store::upkeep {
namespace {

std::string hex(std::uint64_t id) {
  char text[17];
  std::snprintf(text, sizeof text, "%llx", static_cast<unsigned long long>(id));
  return text;
}

std::string describe(const MemberHash& m) {
  return "member " + hex(m.member) + " has " + std::to_string(m.hash.hash) + " at revision " +
         std::to_string(m.hash.hash_revision) + ", compacted at " + std::to_string(m.hash.compact_revision);
}

/// Like may be compared with like: those compacted where the first one is.
std::vector<MemberHash> comparable(const std::vector<MemberHash>& hashes) {
  std::vector<MemberHash> out;
  for (const MemberHash& m : hashes)
    if (m.hash.compact_revision == hashes.front().hash.compact_revision) out.push_back(m);
  return out;
}

}  // namespace

Verdict compare_hashes(const std::vector<MemberHash>& hashes, std::size_t members) {
  Verdict verdict;
  if (hashes.empty()) return verdict;
  const std::vector<MemberHash> alike = comparable(hashes);
  std::map<std::uint32_t, std::size_t> votes;
  for (const MemberHash& m : alike)
    ++votes[m.hash.hash];
  if (votes.size() < 2) return verdict;
  for (const MemberHash& m : alike) {
    verdict.reasons.push_back(describe(m));
    for (const auto& [hash, count] : votes)
      if (count > members / 2 && hash != m.hash.hash) verdict.suspects.insert(m.member);
  }
  if (verdict.suspects.empty()) verdict.suspects.insert(0);
  return verdict;
}

Verdict judge_members(const MemberHash& first, const MemberHash& second, const std::vector<MemberHash>& peers,
                      std::size_t members) {
  std::vector<MemberHash> hashes{first};
  hashes.insert(hashes.end(), peers.begin(), peers.end());
  Verdict verdict = compare_hashes(hashes, members);
  const auto suspect = [&](const MemberHash& m, const std::string& why) {
    verdict.suspects.insert(m.member);
    verdict.reasons.push_back(describe(m) + ": " + why);
  };
  const bool same_place = first.hash.hash_revision == second.hash.hash_revision &&
                          first.hash.compact_revision == second.hash.compact_revision;
  if (same_place && first.hash.hash != second.hash.hash)
    suspect(second, "another checksum than a moment ago, without a write");
  for (const MemberHash& peer : peers) {
    if (peer.revision > second.revision) suspect(peer, "its revision is above the leader's");
    if (peer.hash.compact_revision > second.hash.compact_revision)
      suspect(peer, "its compacted revision is above the leader's");
  }
  return verdict;
}

bool differs(const MemberHash& own, const MemberHash& peer) {
  return own.hash.hash != peer.hash.hash && own.hash.compact_revision == peer.hash.compact_revision &&
         own.hash.hash_revision == peer.hash.hash_revision;
}

}  // namespace raft_store::upkeep
