#include "coxctl/store/backup_text.hpp"
#include "coxctl/store/long_work.hpp"
#include "coxctl/store/snapshot_download.hpp"

namespace coxctl::store {
namespace {

class SnapshotSave final : public Command {
  bool ends_itself() const override { return true; }
  base::Awaitable<base::Result<int>> run(Context& context) override {
    const auto& endpoints = context.options.endpoints;
    if (endpoints.size() != 1)
      co_return base::Error(base::Errc::invalid_argument,
                            "a snapshot is of one member: give one of --endpoints " + joined(endpoints, ","));
    auto api = context.member(endpoints.front());
    if (!api) co_return api.error();
    auto version = co_await download_snapshot(context, *api, context.arguments[0]);
    if (!version) co_return version.error();
    context.out << "Snapshot saved at " << context.arguments[0] << "\n";
    if (!version->empty()) context.out << "Server version " << *version << "\n";
    co_return 0;
  }
};

}  // namespace

Entry snapshot_save() {
  return {"snapshot save", "FILE", "writes a snapshot of a member's data to a file",
          "The file appears when all of it is on disk and its checksum is right. Of an etcd it is etcd's own "
          "file, for etcdutl.",
          make_command<SnapshotSave>};
}

}  // namespace coxctl::store
