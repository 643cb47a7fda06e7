#include "raft-store/replication/member.hpp"
#include <openssl/evp.h>
#include <algorithm>
#include <array>
#include "raft/codec.hpp"

namespace raft_store::replication {
namespace {

std::uint64_t first_8_bytes_of_sha1(const std::string& text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha1(), nullptr);
  std::uint64_t id = 0;
  for (std::size_t i = 0; i < 8; ++i)
    id = id << 8 | digest[i];
  return id == 0 ? 1 : id;
}

void write_strings(raft::codec::Writer& out, const std::vector<std::string>& strings) {
  out.u32(static_cast<std::uint32_t>(strings.size()));
  for (const std::string& s : strings)
    out.bytes(s);
}

std::vector<std::string> read_strings(raft::codec::Reader& in) {
  std::vector<std::string> strings;
  for (std::uint32_t n = in.count(4); n > 0; --n)
    strings.emplace_back(in.bytes());
  return strings;
}

}  // namespace

raft::NodeId derive_member_id(std::vector<std::string> peer_urls, const std::string& cluster_token) {
  std::sort(peer_urls.begin(), peer_urls.end());
  std::string text;
  for (const std::string& url : peer_urls)
    text += url;
  return raft::NodeId(first_8_bytes_of_sha1(text + cluster_token));
}

std::uint64_t derive_cluster_id(const std::vector<Member>& members) {
  std::vector<std::uint64_t> ids;
  for (const Member& member : members)
    ids.push_back(member.id.value);
  std::sort(ids.begin(), ids.end());
  std::string bytes;
  for (const std::uint64_t id : ids)
    for (int shift = 56; shift >= 0; shift -= 8)
      bytes.push_back(static_cast<char>(id >> shift));
  return first_8_bytes_of_sha1(bytes);
}

base::Result<std::vector<Member>> parse_initial_cluster(const std::string& text,
                                                        const std::string& cluster_token) {
  const auto wrong = [](const std::string& part) {
    return base::Error(base::Errc::invalid_argument, "--initial-cluster: '" + part + "' is not name=url");
  };
  std::vector<Member> members;
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t end = std::min(text.find(',', at), text.size());
    const std::string part = text.substr(at, end - at);
    at = end + 1;
    const std::size_t equals = part.find('=');
    if (equals == std::string::npos || equals == 0 || part.find("://", equals) == std::string::npos)
      return wrong(part);
    const std::string name = part.substr(0, equals);
    auto known =
        std::find_if(members.begin(), members.end(), [&](const Member& m) { return m.name == name; });
    if (known == members.end())
      known = members.insert(members.end(), Member{raft::NodeId(0), name, {}, {}, false});
    known->peer_urls.push_back(part.substr(equals + 1));
  }
  for (Member& member : members)
    member.id = derive_member_id(member.peer_urls, cluster_token);
  return members;
}

raft::Membership initial_membership(const std::vector<Member>& members) {
  raft::Membership membership;
  for (const Member& member : members)
    membership = with_member(std::move(membership), member);
  return membership;
}

std::vector<Member> members_of(const raft::Membership& membership) {
  std::vector<Member> members;
  for (const raft::NodeId id : membership.everyone()) {
    Member member;
    const auto context = membership.contexts.find(id);
    if (context != membership.contexts.end())
      if (base::Result<Member> decoded = decode_member(context->second)) member = std::move(*decoded);
    member.id = id;
    member.learner = !membership.is_voter(id);
    members.push_back(std::move(member));
  }
  return members;
}

raft::Membership with_member(raft::Membership membership, const Member& member) {
  membership = without_member(std::move(membership), member.id);
  (member.learner ? membership.learners : membership.voters).insert(member.id);
  membership.contexts[member.id] = encode_member(member);
  return membership;
}

raft::Membership without_member(raft::Membership membership, raft::NodeId id) {
  membership.voters.erase(id);
  membership.learners.erase(id);
  membership.contexts.erase(id);
  return membership;
}

std::string encode_member(const Member& member) {
  raft::codec::Writer out;
  out.u64(member.id.value);
  out.bytes(member.name);
  write_strings(out, member.peer_urls);
  write_strings(out, member.client_urls);
  out.u8(member.learner);
  out.u64(member.incarnation);
  return out.take();
}

base::Result<Member> decode_member(std::string_view bytes) {
  raft::codec::Reader in(bytes);
  Member member;
  member.id = raft::NodeId(in.u64());
  member.name = std::string(in.bytes());
  member.peer_urls = read_strings(in);
  member.client_urls = read_strings(in);
  member.learner = in.u8() != 0;
  if (!in.done()) member.incarnation = in.u64();  // Earlier versions ended here.
  if (!in.done()) return base::Error(base::Errc::corrupt, "a member that cannot be decoded");
  return member;
}

}  // namespace raft_store::replication
