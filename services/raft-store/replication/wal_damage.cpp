#include "raft-store/replication/wal_damage.hpp"
#include <rocksdb/env.h>
#include <algorithm>
#include <array>
#include <map>
#include <string_view>
#include <vector>
#include "raft/codec.hpp"

namespace raft_store::replication {
namespace {

constexpr std::string_view kMagic =
    "\x07"
    "coxsync"
    "\xf3\x1d";
constexpr std::size_t kMarkBytes = 10 + 16 + 4;
// The form of RocksDB's log files (its wiki, "Write Ahead Log File Format").
constexpr std::size_t kBlockBytes = 32 << 10, kHeadBytes = 7;
enum Type : std::uint8_t { zero, full, first, middle, last };

std::uint32_t crc32c(std::string_view bytes) {
  static const auto table = [] {
    std::array<std::uint32_t, 256> out{};
    for (std::uint32_t i = 0; i < 256; ++i) {
      out[i] = i;
      for (int bit = 0; bit < 8; ++bit)
        out[i] = out[i] >> 1 ^ (out[i] & 1 ? 0x82f63b78U : 0);
    }
    return out;
  }();
  std::uint32_t crc = ~0U;
  for (const char c : bytes)
    crc = crc >> 8 ^ table[(crc ^ static_cast<unsigned char>(c)) & 0xff];
  return ~crc;
}

/// As it stands in front of a record: masked, so that it is not a checksum of itself.
std::uint32_t masked(std::uint32_t crc) {
  return (crc >> 15 | crc << 17) + 0xa282ead8U;
}

struct Mark {
  std::uint64_t instance = 0, number = 0;
};

/// What is learned from one log. Of several only the newest matters to RocksDB in any case, and it does not
/// sync one whose content is in tables: so a mark in a later one proves nothing.
struct Findings {
  std::string damage;  ///< Where the first record is that cannot be read. Empty: none yet.
  std::map<std::uint64_t, std::uint64_t> before;              ///< By instance, the last mark before it,
  std::map<std::uint64_t, std::vector<std::uint64_t>> after;  ///< and those after it.

  void note(const Mark& mark) {
    if (damage.empty())
      before[mark.instance] = mark.number;
    else
      after[mark.instance].push_back(mark.number);
  }

  /// A second mark after it tells that the first one's sync has ended, and with it that of all before; so
  /// does a mark that is not the next one.
  bool was_durable() const {
    return std::any_of(after.begin(), after.end(), [&](const auto& item) {
      const auto known = before.find(item.first);
      return item.second.size() > 1 || (known != before.end() && item.second.front() > known->second + 1);
    });
  }
};

/// One log file: finds its records, and goes on in the next block after one that cannot be read.
class Scan {
 public:
  Scan(std::string name, std::string_view data, Findings& findings)
      : name_(std::move(name)), data_(data), findings_(findings) {}

  void run() {
    for (std::size_t block = 0; block < data_.size(); block += kBlockBytes)
      scan_block(block, std::min(block + kBlockBytes, data_.size()));
  }

 private:
  void scan_block(std::size_t at, std::size_t end) {
    while (end - at >= kHeadBytes) {
      raft::codec::Reader head(data_.substr(at, kHeadBytes));
      const std::uint32_t crc = head.u32();
      const std::size_t size = head.u8() | std::size_t{head.u8()} << 8;
      const auto type = head.u8();
      if (type == zero || type > last || kHeadBytes + size > end - at ||
          masked(crc32c(data_.substr(at + kHeadBytes - 1, 1 + size))) != crc)
        return damaged(at);
      take(type, data_.substr(at + kHeadBytes, size));
      at += kHeadBytes + size;
    }
  }

  void damaged(std::size_t at) {
    record_.clear();
    if (findings_.damage.empty()) findings_.damage = name_ + ", byte " + std::to_string(at);
  }

  void take(std::uint8_t type, std::string_view part) {
    if (type == full || type == first) record_.clear();
    record_.append(part);
    if (type == full || type == last) note_marks();
  }

  /// RocksDB may have put several batches into one record.
  void note_marks() {
    for (std::size_t at = 0; (at = record_.find(kMagic, at)) != std::string::npos; at += kMagic.size()) {
      const std::string_view mark = std::string_view(record_).substr(at, kMarkBytes);
      if (mark.size() < kMarkBytes) return;
      raft::codec::Reader in(mark.substr(kMagic.size()));
      const Mark found{in.u64(), in.u64()};
      if (in.u32() == crc32c(mark.substr(0, kMarkBytes - 4))) findings_.note(found);
    }
  }

  const std::string name_;
  const std::string_view data_;
  Findings& findings_;
  std::string record_;  ///< As far as it has come together.
};

}  // namespace

std::string sync_mark(std::uint64_t instance, std::uint64_t number) {
  raft::codec::Writer out;
  out.u64(instance);
  out.u64(number);
  std::string mark = std::string(kMagic) + out.take();
  raft::codec::Writer sum;
  sum.u32(crc32c(mark));
  return mark + sum.take();
}

base::Result<std::optional<std::string>> find_wal_damage(rocksdb::Env& env, const std::string& folder) {
  std::vector<std::string> names;
  rocksdb::Status status = env.GetChildren(folder, &names);
  std::erase_if(names, [](const std::string& name) { return !name.ends_with(".log"); });
  std::sort(names.begin(), names.end());  // By number, which has leading zeros.
  for (const std::string& name : names) {
    std::string data;
    if (status.ok()) status = rocksdb::ReadFileToString(&env, folder + "/" + name, &data);
    if (!status.ok()) return base::Error(base::Errc::internal, status.ToString());
    Findings findings;
    Scan(name, data, findings).run();
    if (findings.was_durable()) return std::optional(std::move(findings.damage));
  }
  if (!status.ok()) return base::Error(base::Errc::internal, status.ToString());
  return std::optional<std::string>();
}

}  // namespace raft_store::replication
