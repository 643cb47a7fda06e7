#include "coxctl/store/backup_text.hpp"
#include "coxctl/store/long_work.hpp"
#include "coxctl/store/restore_flags.hpp"

namespace coxctl::store {
namespace {

class SnapshotRestore final : public Command {
  void add_to(base::Flags& flags) override { flags_.add_to(flags); }
  base::Result<void> check(const std::vector<std::string>&) override { return flags_.check(); }
  bool asks_store() const override { return false; }
  bool ends_itself() const override { return true; }
  base::Awaitable<base::Result<int>> run(Context& context) override {
    backup::Restored restored;
    auto done =
        co_await run_long(context, "restoring", [&](const backup::Progress& progress) -> base::Result<void> {
          auto made = backup::restore_snapshot(context.arguments[0], flags_.options(), progress);
          if (!made) return made.error();
          restored = std::move(*made);
          return {};
        });
    if (!done) co_return done.error();
    context.out << restored_text(restored, context.options.format());
    co_return 0;
  }

  RestoreFlags flags_;
};

}  // namespace

Entry snapshot_restore() {
  return {"snapshot restore", "FILE", "makes a member's data directory of a new cluster from a snapshot",
          "Run it once for each member of the new cluster, with its --name and --data-dir and the same "
          "--initial-cluster; then start raft-store with the same flags.",
          make_command<SnapshotRestore>};
}

}  // namespace coxctl::store
