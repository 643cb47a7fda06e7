#include "raft-store/replication/snapshot_archive.hpp"
#include <fcntl.h>
#include <rocksdb/db.h>
#include <rocksdb/utilities/checkpoint.h>
#include <unistd.h>
#include <algorithm>
#include <memory>
#include "raft/codec.hpp"

namespace raft_store::replication {
namespace {

namespace fs = std::filesystem;
constexpr std::string_view kMagic = "COXSNAP1";
constexpr std::size_t kPieceBytes = 1 << 20;
constexpr std::size_t kNameBytesMax = 255;

base::Error broken(const std::string& what) {
  return {base::Errc::corrupt, "snapshot stream: " + what};
}
base::Error disk(const std::string& what) {
  return {base::Errc::internal, "snapshot: " + what};
}

bool plain_name(std::string_view name) {
  const auto plain = [](unsigned char c) { return std::isalnum(c) != 0 || c == '-' || c == '_' || c == '.'; };
  return name.size() <= kNameBytesMax && name != "." && name != ".." &&
         std::all_of(name.begin(), name.end(), plain);
}

}  // namespace

base::Result<void> make_checkpoint(const Database& database, const fs::path& folder) {
  rocksdb::Checkpoint* raw = nullptr;
  rocksdb::Status status = rocksdb::Checkpoint::Create(&database.db(), &raw);
  const std::unique_ptr<rocksdb::Checkpoint> checkpoint(raw);
  if (status.ok()) status = checkpoint->CreateCheckpoint(folder.string());
  if (!status.ok()) return disk(status.ToString());
  return {};
}

ArchiveReader::ArchiveReader(fs::path folder) {
  for (const fs::directory_entry& entry : fs::directory_iterator(folder))
    if (entry.is_regular_file()) files_.push_back(entry.path());
  std::sort(files_.begin(), files_.end());
}

base::Result<std::string> ArchiveReader::next() {
  raft::codec::Writer head;
  if (left_ > 0) {
    std::string piece(std::min<std::uint64_t>(left_, kPieceBytes), '\0');
    if (!open_.read(piece.data(), static_cast<std::streamsize>(piece.size())))
      return disk("a file cannot be read");
    left_ -= piece.size();
    return piece;
  }
  if (ended_) return std::string();
  std::string out;
  if (!begun_) out = kMagic;
  begun_ = true;
  if (next_file_ == files_.size()) {
    ended_ = true;
    head.u32(0);
    return out.append(head.take());
  }
  const fs::path& path = files_[next_file_++];
  std::error_code error;
  left_ = fs::file_size(path, error);
  open_ = std::ifstream(path, std::ios::binary);
  if (error || !open_) return disk("cannot open " + path.string());
  head.bytes(path.filename().string());
  head.u64(left_);
  return out.append(head.take());
}

ArchiveWriter::ArchiveWriter(fs::path folder) : folder_(std::move(folder)) {
  std::error_code ignored;  // A folder that cannot be made shows when the first file is opened.
  fs::create_directories(folder_, ignored);
}

bool ArchiveWriter::take_magic() {
  if (begun_ || buffer_.size() < kMagic.size()) return begun_;
  begun_ = buffer_.starts_with(kMagic);
  if (begun_) buffer_.erase(0, kMagic.size());
  return begun_;
}

base::Result<void> ArchiveWriter::feed(std::string_view piece) {
  buffer_ += piece;
  if (!take_magic()) {
    if (buffer_.size() >= kMagic.size()) return broken("not a snapshot");
    return {};
  }
  for (;;) {
    if (!in_file_) {
      const base::Result<bool> head = take_head();
      if (!head) return head.error();
      if (!*head) return {};
    }
    if (base::Result<void> taken = take_content(); !taken || in_file_) return taken;
  }
}

base::Result<bool> ArchiveWriter::take_head() {
  if (ended_) {
    if (!buffer_.empty()) return broken("bytes after its end");
    return false;
  }
  raft::codec::Reader in(buffer_);
  const std::uint32_t name_bytes = in.u32();
  if (!in.ok()) return false;
  if (name_bytes > kNameBytesMax) return broken("a name that is too long");
  const std::size_t head_bytes = name_bytes == 0 ? 4 : 4 + name_bytes + 8;
  if (buffer_.size() < head_bytes) return false;
  const std::string name = buffer_.substr(4, name_bytes);
  raft::codec::Reader size(std::string_view(buffer_).substr(4 + name_bytes));
  left_ = name.empty() ? 0 : size.u64();
  buffer_.erase(0, head_bytes);
  if (name.empty()) {
    ended_ = true;
    return take_head();
  }
  if (!plain_name(name)) return broken("a name that is not a plain file name");
  path_ = folder_ / name;
  open_ = std::ofstream(path_, std::ios::binary | std::ios::trunc);
  if (!open_) return disk("cannot write " + path_.string());
  in_file_ = true;
  return true;
}

base::Result<void> ArchiveWriter::take_content() {
  const std::size_t n = std::min<std::uint64_t>(left_, buffer_.size());
  if (!open_.write(buffer_.data(), static_cast<std::streamsize>(n)))
    return disk("cannot write " + path_.string());
  buffer_.erase(0, n);
  left_ -= n;
  if (left_ > 0) return {};
  return close_file();
}

base::Result<void> ArchiveWriter::close_file() {
  in_file_ = false;
  open_.close();
  const int fd = ::open(path_.c_str(), O_RDONLY | O_CLOEXEC);
  const bool synced = fd >= 0 && ::fsync(fd) == 0;
  if (fd >= 0) ::close(fd);
  if (!open_ || !synced) return disk("cannot sync " + path_.string());
  return {};
}

base::Result<void> ArchiveWriter::finish() {
  if (!ended_) return broken("cut short");
  return {};
}

}  // namespace raft_store::replication
