#include <algorithm>
#include "coxctl/store/backup_text.hpp"
#include "coxctl/store/long_work.hpp"
#include "coxctl/store/restore_flags.hpp"

namespace coxctl::store {
namespace {

base::Error wrong(std::string text) {
  return {base::Errc::invalid_argument, std::move(text)};
}

class BackupRestore final : public Command {
  void add_to(base::Flags& flags) override {
    flags.add("revision", &revision_, "The revision to restore. Default: the last one that can be.")
        .add("cluster-id", &cluster_, "Whose backups, where DIR has those of several clusters.");
    flags_.add_to(flags);
  }
  base::Result<void> check(const std::vector<std::string>&) override {
    if (revision_ < 0) return wrong("--revision must not be negative");
    if (!cluster_.empty())
      if (auto id = parse_hex_id(cluster_, "--cluster-id"); !id) return id.error();
    return flags_.check();
  }
  bool asks_store() const override { return false; }
  bool ends_itself() const override { return true; }

  base::Awaitable<base::Result<int>> run(Context& context) override {
    backup::Restored restored;
    auto done =
        co_await run_long(context, "restoring", [&](const backup::Progress& progress) -> base::Result<void> {
          auto made = restore(context.arguments[0], progress);
          if (!made) return made.error();
          restored = std::move(*made);
          return {};
        });
    if (!done) co_return done.error();
    context.out << restored_text(restored, context.options.format());
    co_return 0;
  }

  base::Result<backup::Restored> restore(const std::string& dir, const backup::Progress& progress) const {
    const auto catalog = choose(dir);
    if (!catalog) return catalog.error();
    std::int64_t revision = revision_;
    if (revision == 0) {
      const auto ranges = backup::restorable(*catalog);
      if (ranges.empty()) return base::Error(base::Errc::not_found, dir + ": there is no sound snapshot");
      revision = ranges.back().upto;
    }
    return backup::restore_revision(*catalog, revision, flags_.options(), progress);
  }

  base::Result<backup::Catalog> choose(const std::string& dir) const {
    auto catalogs = backup::read_catalogs(dir);
    if (!catalogs) return catalogs.error();
    if (!cluster_.empty()) {
      const std::uint64_t id = parse_hex_id(cluster_, "--cluster-id").value();
      std::erase_if(*catalogs, [id](const backup::Catalog& c) { return c.cluster_id != id; });
    }
    if (catalogs->empty()) return base::Error(base::Errc::not_found, dir + ": no such backups");
    if (catalogs->size() == 1) return std::move(catalogs->front());
    std::vector<std::string> ids;
    for (const backup::Catalog& catalog : *catalogs)
      ids.push_back(hex_id(catalog.cluster_id));
    return wrong(dir + " has backups of several clusters; choose with --cluster-id: " + joined(ids, ", "));
  }

  std::int64_t revision_ = 0;
  std::string cluster_;
  RestoreFlags flags_;
};

}  // namespace

Entry backup_restore() {
  return {"backup restore", "DIR", "makes a data directory that is at a revision of the past",
          "From the newest snapshot before --revision and the archived log after it. Run it once for each "
          "member of the new cluster, with its --name and --data-dir and the same --initial-cluster; then "
          "start raft-store with the same flags.",
          make_command<BackupRestore>};
}

}  // namespace coxctl::store
