#include "raft-store/mvcc/encoding.hpp"

namespace raft_store::mvcc::encoding {
namespace {
constexpr std::string_view kEscapedZero("\x00\xff", 2), kEnd("\x00\x01", 2), kAfterEnd("\x00\x02", 2);
constexpr std::size_t kU64Bytes = 8;

void append_escaped(std::string& out, std::string_view key) {
  for (;;) {
    const std::size_t zero = key.find('\0');
    out.append(key.substr(0, zero));
    if (zero == std::string_view::npos) return;
    out.append(kEscapedZero);
    key.remove_prefix(zero + 1);
  }
}

std::string tagged(char tag, LeaseId id) {
  std::string out(1, tag);
  append_u64(out, static_cast<std::uint64_t>(id));
  return out;
}
}  // namespace

void append_u64(std::string& out, std::uint64_t n) {
  for (int shift = 56; shift >= 0; shift -= 8)
    out.push_back(static_cast<char>(n >> shift));
}

std::uint64_t read_u64(std::string_view bytes) {
  std::uint64_t n = 0;
  for (std::size_t i = 0; i < kU64Bytes; ++i)
    n = n << 8 | static_cast<unsigned char>(bytes[i]);
  return n;
}

std::string u64(std::uint64_t n) {
  std::string out;
  append_u64(out, n);
  return out;
}

void append_varint(std::string& out, std::uint64_t n) {
  for (; n >= 0x80; n >>= 7)
    out.push_back(static_cast<char>(n | 0x80));
  out.push_back(static_cast<char>(n));
}

bool take_varint(std::string_view& bytes, std::uint64_t& n) {
  n = 0;
  for (int shift = 0; shift < 64 && !bytes.empty(); shift += 7) {
    const auto b = static_cast<unsigned char>(bytes.front());
    bytes.remove_prefix(1);
    n |= static_cast<std::uint64_t>(b & 0x7f) << shift;
    if (b < 0x80) return true;
  }
  return false;
}

void append_key(std::string& out, std::string_view key) {
  append_escaped(out, key);
  out.append(kEnd);
}

std::string after_key(std::string_view key) {
  std::string out;
  out.reserve(key.size() + kAfterEnd.size());
  append_escaped(out, key);
  out.append(kAfterEnd);
  return out;
}

std::string version_key(std::string_view key, Revision revision) {
  std::string out;
  out.reserve(key.size() + kEnd.size() + kU64Bytes);
  append_key(out, key);
  append_u64(out, ~static_cast<std::uint64_t>(revision));
  return out;
}

std::optional<VersionKey> parse_version_key(std::string_view bytes) {
  if (bytes.size() < kEnd.size() + kU64Bytes) return {};
  const std::string_view prefix = bytes.substr(0, bytes.size() - kU64Bytes);
  if (!prefix.ends_with(kEnd)) return {};
  return VersionKey{prefix, static_cast<Revision>(~read_u64(bytes.substr(prefix.size())))};
}

std::string_view unescape(std::string_view prefix, std::string& buffer) {
  prefix.remove_suffix(kEnd.size());
  if (prefix.find('\0') == std::string_view::npos) return prefix;
  buffer.clear();
  for (std::size_t i = 0; i < prefix.size(); ++i) {
    buffer.push_back(prefix[i]);
    if (prefix[i] == '\0') ++i;
  }
  return buffer;
}

std::string encode_head(const VersionHead& head) {
  std::string out;
  append_varint(out, static_cast<std::uint64_t>(head.version));
  if (head.version == 0) return out;
  append_varint(out, static_cast<std::uint64_t>(head.create_revision));
  append_varint(out, static_cast<std::uint64_t>(head.lease));
  return out;
}

bool take_head(std::string_view& bytes, VersionHead& head) {
  std::uint64_t version = 0, create = 0, lease = 0;
  if (!take_varint(bytes, version)) return false;
  if (version != 0 && !(take_varint(bytes, create) && take_varint(bytes, lease))) return false;
  head = {static_cast<std::int64_t>(version), static_cast<Revision>(create), static_cast<LeaseId>(lease)};
  return true;
}

void append_change(std::string& out, const Change& change) {
  out.push_back(change.removed ? 1 : 0);
  append_varint(out, change.key.size());
  out.append(change.key);
  append_varint(out, static_cast<std::uint64_t>(change.previous));
}

bool take_change(std::string_view& bytes, Change& change) {
  if (bytes.empty()) return false;
  change.removed = bytes.front() != 0;
  bytes.remove_prefix(1);
  std::uint64_t size = 0, previous = 0;
  if (!take_varint(bytes, size) || size > bytes.size()) return false;
  change.key = bytes.substr(0, size);
  bytes.remove_prefix(size);
  if (!take_varint(bytes, previous)) return false;
  change.previous = static_cast<Revision>(previous);
  return true;
}

std::string lease_key(LeaseId id) {
  return tagged(kLeaseTag, id);
}

std::string encode_lease(const Lease& lease) {
  std::string out;
  append_varint(out, static_cast<std::uint64_t>(lease.ttl));
  if (lease.remaining != 0) append_varint(out, static_cast<std::uint64_t>(lease.remaining));
  return out;
}

std::optional<Lease> parse_lease(LeaseId id, std::string_view value) {
  std::uint64_t ttl = 0, remaining = 0;
  if (!take_varint(value, ttl) || (!value.empty() && !take_varint(value, remaining))) return {};
  return Lease{id, static_cast<std::int64_t>(ttl), static_cast<std::int64_t>(remaining)};
}

std::string attachment_prefix(LeaseId id) {
  return tagged(kAttachmentTag, id);
}

std::string attachment_key(LeaseId id, std::string_view key) {
  return attachment_prefix(id).append(key);
}

std::string alarm_key(const wire::AlarmMember& alarm) {
  std::string out = tagged(kAlarmTag, static_cast<LeaseId>(alarm.member_id));
  out.push_back(static_cast<char>(alarm.alarm));
  return out;
}

std::optional<wire::AlarmMember> parse_alarm_key(std::string_view bytes) {
  if (bytes.size() != 2 + kU64Bytes || bytes.front() != kAlarmTag) return {};
  wire::AlarmMember alarm;
  alarm.member_id = read_u64(bytes.substr(1));
  alarm.alarm = static_cast<wire::AlarmType>(bytes.back());
  return alarm;
}

}  // namespace raft_store::mvcc::encoding
