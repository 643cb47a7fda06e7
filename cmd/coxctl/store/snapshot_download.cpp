#include "coxctl/store/snapshot_download.hpp"
#include <optional>
#include "coxctl/store/long_work.hpp"
#include "raft-store/backup/digest.hpp"
#include "raft-store/backup/file.hpp"
#include "storage/line_reader.hpp"

namespace coxctl::store {
namespace {

namespace backup = raft_store::backup;

/// The file being made: everything but the last 32 bytes is digested, and they are the digest.
class Download {
 public:
  explicit Download(std::string path) : path_(std::move(path)), partial_(path_ + ".partial") {}
  ~Download() {
    if (file_) backup::remove_file(partial_);
  }

  base::Result<void> begin() {
    backup::remove_file(partial_);
    auto file = backup::OutputFile::create(partial_);
    if (!file) return file.error();
    file_.emplace(std::move(*file));
    return {};
  }
  base::Result<void> take(const std::string& blob) {
    tail_ += blob;
    if (tail_.size() > backup::kDigestBytes) {
      const std::size_t sure = tail_.size() - backup::kDigestBytes;
      digest_.add(std::string_view(tail_).substr(0, sure));
      tail_.erase(0, sure);
    }
    return file_->append(blob);
  }
  base::Result<void> finish() {
    if (tail_.size() < backup::kDigestBytes || digest_.finish() != tail_)
      return base::Error(base::Errc::corrupt,
                         "the snapshot did not arrive whole: its SHA-256 does not match");
    if (auto synced = file_->sync(); !synced) return synced;
    auto renamed = backup::rename_synced(partial_, path_);
    if (renamed) file_.reset();
    return renamed;
  }
  std::uint64_t size() const { return file_->size(); }

 private:
  std::string path_, partial_, tail_;
  std::optional<backup::OutputFile> file_;
  backup::Digest digest_;
};

/// Larger than any piece of a snapshot, in base64.
constexpr std::size_t kLineBytesMax = std::size_t{3} << 30;

base::Result<wire::SnapshotResponse> decode_line(const std::string& line) {
  auto envelope = wire::decode_json<wire::SnapshotEnvelope>(line, wire::UnknownFields::ignore);
  if (!envelope) return envelope.error();
  if (envelope->error) return base::Error(base::Errc::unavailable, envelope->error->message);
  if (!envelope->result) return base::Error(base::Errc::internal, "an answer that is none");
  return std::move(*envelope->result);
}

}  // namespace

base::Awaitable<base::Result<std::string>> download_snapshot(Context& context, Api api, std::string path) {
  http::Request request = gateway_request("/v3/maintenance/snapshot", "{}");
  auto stream = co_await api.client()->open(std::move(request));
  if (!stream) co_return stream.error();
  if ((*stream)->status() != 200) {
    const std::string body = co_await wire::read_refusal(**stream);
    co_return refusal((*stream)->status(), body);
  }
  Download download(std::move(path));
  if (auto begun = download.begin(); !begun) co_return begun.error();
  wire::LineReader lines(kLineBytesMax);
  LateProgress shown("saving");
  std::string version;
  for (;;) {
    base::Result<std::optional<std::string>> line = co_await wire::next_line(**stream, lines);
    if (!line) co_return line.error();
    if (!*line) break;
    base::Result<wire::SnapshotResponse> piece = decode_line(**line);
    if (!piece) co_return piece.error();
    version = piece->version;
    // On this thread: there is nothing else to do, and the store waits with the next piece.
    if (auto taken = download.take(piece->blob); !taken) co_return taken.error();
    shown.set(download.size(), download.size() + piece->remaining_bytes);
    if (context.interrupted()) co_return base::Error(base::Errc::cancelled, "interrupted");
  }
  if (auto finished = download.finish(); !finished) co_return finished.error();
  shown.finish();
  co_return version;
}

}  // namespace coxctl::store
