#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>
#include "raft-store/mvcc/publication.hpp"

/// How the store's data lies in RocksDB: format 1. Numbers are varints, or eight bytes big-endian where they
/// are sorted by.
///
///   versions   key, escaped and ended | ~revision   ->  version, create_revision, lease, value
///              (newest first; version 0: a tombstone, nothing follows)
///   revisions  revision                             ->  changes: type, key, prev_revision
///   index      key                                  ->  (empty) for each key alive now
///   meta       format, revision, compacted, swept; leases L|id -> ttl, and what is left of it if a
///              checkpoint said so; attachments K|id|key; alarms
///   A|member|type
namespace raft_store::mvcc::encoding {

inline constexpr std::string_view kVersions = "versions", kRevisions = "revisions", kIndex = "index",
                                  kMeta = "meta";
inline constexpr std::uint64_t kFormat = 1;
inline constexpr std::string_view kFormatKey = "format", kRevisionKey = "revision",
                                  kCompactedKey = "compacted", kSweptKey = "swept";

void append_u64(std::string& out, std::uint64_t n);
/// `bytes` has at least eight.
std::uint64_t read_u64(std::string_view bytes);
std::string u64(std::uint64_t n);
void append_varint(std::string& out, std::uint64_t n);
/// Takes one off the front. False if there is none.
bool take_varint(std::string_view& bytes, std::uint64_t& n);

/// The key so that bytes sort as keys do and no key is the beginning of another: 00 becomes 00 FF, the end is
/// 00 01.
void append_key(std::string& out, std::string_view key);
/// What sorts after all versions of the key and before the next key.
std::string after_key(std::string_view key);
std::string version_key(std::string_view key, Revision revision);

struct VersionKey {
  std::string_view prefix;  ///< The escaped key with its end.
  Revision revision = 0;
};
/// Nothing if the bytes are not one of ours.
std::optional<VersionKey> parse_version_key(std::string_view bytes);
/// The key of a `prefix`. The result points into `prefix` or into `buffer`.
std::string_view unescape(std::string_view prefix, std::string& buffer);

/// What is stored of a version besides its value.
struct VersionHead {
  std::int64_t version = 0;  ///< 0: the key was deleted.
  Revision create_revision = 0;
  LeaseId lease = 0;
};
std::string encode_head(const VersionHead& head);
/// Takes the head off; what is left is the value.
bool take_head(std::string_view& bytes, VersionHead& head);

/// One entry of a revision's record.
struct Change {
  bool removed = false;
  std::string_view key;
  Revision previous = 0;  ///< The mod_revision before it; 0: the key was absent.
};
void append_change(std::string& out, const Change& change);
bool take_change(std::string_view& bytes, Change& change);

std::string lease_key(LeaseId id);
std::string encode_lease(const Lease& lease);
/// From what stands under `lease_key(id)`.
std::optional<Lease> parse_lease(LeaseId id, std::string_view value);
std::string attachment_prefix(LeaseId id);
std::string attachment_key(LeaseId id, std::string_view key);
std::string alarm_key(const wire::AlarmMember& alarm);
std::optional<wire::AlarmMember> parse_alarm_key(std::string_view bytes);
inline constexpr char kLeaseTag = 'L', kAttachmentTag = 'K', kAlarmTag = 'A';

}  // namespace raft_store::mvcc::encoding
