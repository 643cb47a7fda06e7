#include "node-agent/logs/log_stream.hpp"
#include <algorithm>
#include <optional>
#include "node-agent/logs/log_file.hpp"

namespace node_agent::logs {

namespace {

constexpr std::size_t piece_bytes = 128 * 1024;
constexpr std::chrono::milliseconds poll_min{50}, poll_max{500};

/// Opened and put at its place. In `pool`.
base::Awaitable<base::Result<LogFile>> open_at(base::Executor pool, std::string path,
                                               std::optional<std::int64_t> tail_lines) {
  base::Result<LogFile> file = base::Error(base::Errc::internal, "");
  std::function<void()> work = [&] {
    file = LogFile::open(path);
    if (!file || !tail_lines) return;
    auto placed = file->seek_tail(*tail_lines);
    if (!placed) file = placed.error();
  };
  co_await base::run_blocking(pool, std::move(work));
  co_return std::move(file);
}

/// What the client gets of the next piece. `at_end`: there is no more in the file now.
struct Piece {
  std::string text;
  bool at_end = false;
};
base::Awaitable<base::Result<Piece>> next_piece(base::Executor pool, LogFile& file, LogFilter& filter) {
  base::Result<Piece> out = Piece();
  std::function<void()> work = [&] {
    auto raw = file.read(piece_bytes);
    if (!raw) {
      out = raw.error();
      return;
    }
    out->at_end = raw->empty() && !file.reopen_if_rotated();
    filter.feed(*raw, out->text);
  };
  co_await base::run_blocking(pool, std::move(work));
  co_return std::move(out);
}

}  // namespace

base::Awaitable<base::Result<void>> send_log(http::Exchange& exchange, base::Executor pool, std::string path,
                                             LogOptions options, StillRunning still_running) {
  const bool follow = options.follow;
  auto file = co_await open_at(pool, std::move(path), options.tail_lines);
  if (!file) co_return file.error();
  http::Headers headers;
  headers.set("Content-Type", "text/plain");
  auto writer = co_await exchange.start(200, std::move(headers));
  if (!writer) co_return base::Result<void>();
  LogFilter filter(std::move(options));
  auto pause = poll_min;
  bool last_round = false;
  while (!filter.done()) {
    auto piece = co_await next_piece(pool, *file, filter);
    if (!piece) co_return base::Result<void>();
    if (!piece->text.empty()) {
      std::vector<http::SharedBytes> buffers;
      buffers.push_back(http::make_bytes(std::move(piece->text)));
      auto sent = co_await (*writer)->write(std::move(buffers));
      if (!sent) co_return base::Result<void>();
      pause = poll_min;
    }
    if (!piece->at_end) continue;
    if (!follow || last_round) break;
    // Once it has ended, what it wrote last is read in one more round.
    const bool runs = co_await still_running();
    last_round = !runs;
    if (last_round) continue;
    const bool slept = co_await base::sleep_for(pause);
    if (!slept) co_return base::Result<void>();
    pause = std::min(pause * 2, poll_max);
  }
  auto finished = co_await (*writer)->finish();
  base::ignore_error(std::move(finished));
  co_return base::Result<void>();
}

}  // namespace node_agent::logs
