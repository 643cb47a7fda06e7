#include "coxctl/store/backup_text.hpp"
#include "coxctl/store/long_work.hpp"

namespace coxctl::store {
namespace {

class SnapshotStatus final : public Command {
  bool asks_store() const override { return false; }
  bool ends_itself() const override { return true; }
  base::Awaitable<base::Result<int>> run(Context& context) override {
    backup::SnapshotSummary summary;
    auto done =
        co_await run_long(context, "reading", [&](const backup::Progress& progress) -> base::Result<void> {
          auto verified = backup::verify_snapshot(context.arguments[0], progress);
          if (!verified) return verified.error();
          summary = std::move(*verified);
          return {};
        });
    if (!done) co_return done.error();
    context.out << snapshot_text(summary, context.options.format());
    co_return 0;
  }
};

}  // namespace

Entry snapshot_status() {
  return {"snapshot status", "FILE", "reads a snapshot, checks all of it and shows what it holds", "",
          make_command<SnapshotStatus>};
}

}  // namespace coxctl::store
