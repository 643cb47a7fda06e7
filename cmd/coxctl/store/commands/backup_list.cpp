#include "coxctl/store/backup_text.hpp"
#include "coxctl/store/long_work.hpp"

namespace coxctl::store {
namespace {

class BackupList final : public Command {
  bool asks_store() const override { return false; }
  bool ends_itself() const override { return true; }
  base::Awaitable<base::Result<int>> run(Context& context) override {
    std::vector<backup::Catalog> catalogs;
    auto done = co_await run_long(context, "reading", [&](const backup::Progress&) -> base::Result<void> {
      auto read = backup::read_catalogs(context.arguments[0]);
      if (!read) return read.error();
      catalogs = std::move(*read);
      return {};
    });
    if (!done) co_return done.error();
    context.out << catalogs_text(catalogs, context.options.format());
    co_return 0;
  }
};

}  // namespace

Entry backup_list() {
  return {"backup list", "DIR", "what lies in a backup directory, and which revisions can be restored",
          "DIR is a --backup-dir of raft-store. Reads beginnings and ends of files alone; `backup verify` "
          "reads all.",
          make_command<BackupList>};
}

}  // namespace coxctl::store
