#include "coxctl/store/backup_text.hpp"
#include "coxctl/store/long_work.hpp"

namespace coxctl::store {
namespace {

std::uint64_t bytes_of(const std::vector<backup::Catalog>& catalogs) {
  std::uint64_t bytes = 0;
  for (const backup::Catalog& catalog : catalogs) {
    for (const auto& snapshot : catalog.snapshots)
      bytes += snapshot.summary.file_bytes;
    for (const auto& segment : catalog.segments)
      bytes += segment.span.bytes;
  }
  return bytes;
}

/// Reads every file whole; notes the damage in the catalogs. False if stopped.
bool verify(std::vector<backup::Catalog>& catalogs, const backup::Progress& progress) {
  const std::uint64_t total = bytes_of(catalogs);
  std::uint64_t before = 0;
  const auto at = [&](std::uint64_t done, std::uint64_t) { return progress(before + done, total); };
  for (backup::Catalog& catalog : catalogs) {
    for (auto& snapshot : catalog.snapshots) {
      if (auto read = backup::verify_snapshot(snapshot.path, at); !read) {
        if (read.error().is(base::Errc::cancelled)) return false;
        snapshot.damage = read.error();
      }
      before += snapshot.summary.file_bytes;
    }
    for (auto& segment : catalog.segments) {
      if (auto read = backup::verify_segment(segment.path); !read) segment.damage = read.error();
      before += segment.span.bytes;
      if (!at(0, 0)) return false;
    }
  }
  return true;
}

class BackupVerify final : public Command {
  bool asks_store() const override { return false; }
  bool ends_itself() const override { return true; }
  base::Awaitable<base::Result<int>> run(Context& context) override {
    std::vector<backup::Catalog> catalogs;
    auto done =
        co_await run_long(context, "reading", [&](const backup::Progress& progress) -> base::Result<void> {
          auto read = backup::read_catalogs(context.arguments[0]);
          if (!read) return read.error();
          catalogs = std::move(*read);
          if (!verify(catalogs, progress)) return base::Error(base::Errc::cancelled, "interrupted");
          return {};
        });
    if (!done) co_return done.error();
    context.out << catalogs_text(catalogs, context.options.format());
    co_return report(context, catalogs) ? 0 : 1;
  }

  /// False if something is damaged.
  static bool report(Context& context, const std::vector<backup::Catalog>& catalogs) {
    bool sound = true;
    const auto tell = [&](const std::optional<base::Error>& damage) {
      if (!damage) return;
      sound = false;
      context.err << damage->message << "\n";
    };
    for (const backup::Catalog& catalog : catalogs) {
      for (const auto& snapshot : catalog.snapshots)
        tell(snapshot.damage);
      for (const auto& segment : catalog.segments)
        tell(segment.damage);
    }
    return sound;
  }
};

}  // namespace

Entry backup_verify() {
  return {"backup verify", "DIR", "reads every file of a backup directory and checks it",
          "Exits with 1 if something is damaged; what can still be restored is shown all the same.",
          make_command<BackupVerify>};
}

}  // namespace coxctl::store
