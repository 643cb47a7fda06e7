#include "raft-store/mvcc/history.hpp"
#include "raft-store/mvcc/slices.hpp"
#include "storage/errors.hpp"

namespace raft_store::mvcc {
namespace {

std::size_t bytes_of(const wire::KeyValue& kv) {
  return kv.key.size() + (kv.value ? kv.value->size() : 0);
}

/// Reads the versions that changes name.
class Versions {
 public:
  explicit Versions(const View& view) : view_(view), it_(view.iterate(view.tables()->versions)) {}

  base::Result<EventPtr> event(const encoding::Change& change, Revision revision) {
    auto event = std::make_shared<SharedEvent>();
    event->type = change.removed ? wire::EventType::remove : wire::EventType::put;
    it_->Seek(encoding::version_key(change.key, revision));
    auto kv = take(change.key, revision);
    if (!kv) return kv.error();
    event->kv = std::move(*kv);
    // The version before a compacted revision may be gone, here or on another member; etcd gives none either.
    if (change.previous != 0 && revision > view_.compacted()) {
      it_->Next();
      auto previous = take(change.key, change.previous);
      if (!previous) return previous.error();
      event->prev_kv = std::move(*previous);
    }
    return EventPtr(std::move(event));
  }

 private:
  /// The version under the iterator, which must be this one.
  base::Result<wire::KeyValue> take(std::string_view key, Revision revision) {
    if (!it_->status().ok()) return to_error(it_->status());
    if (!it_->Valid() || view_of(it_->key()) != encoding::version_key(key, revision))
      return corrupt("a version named by a revision");
    Version version;
    version.key = key;
    version.mod_revision = revision;
    version.value = view_of(it_->value());
    if (!encoding::take_head(version.value, version.head)) return corrupt("a version");
    return version.key_value(true);
  }

  const View& view_;
  std::unique_ptr<rocksdb::Iterator> it_;
};

}  // namespace

base::Result<History> read_history(const View& view, const HistoryRequest& request) {
  History history;
  history.revision = view.revision();
  if (request.from < view.compacted()) return storage::errors::compacted();
  history.upto = std::min(request.from - 1, view.revision());
  const Interval range{request.key, request.range_end};
  Versions versions(view);
  std::size_t bytes = 0, revisions = 0;
  const Revision first = std::max<Revision>(request.from, 2);  // Nothing was ever written at revision 1.
  const auto it = view.iterate(view.tables()->revisions);
  it->Seek(encoding::u64(static_cast<std::uint64_t>(first)));
  for (Revision at = first; at <= view.revision(); ++at, it->Next()) {
    if (!it->status().ok()) return to_error(it->status());
    if (!it->Valid() || it->key() != encoding::u64(static_cast<std::uint64_t>(at)))
      return corrupt("a revision");
    std::string_view record = view_of(it->value());
    for (encoding::Change change; !record.empty();) {
      if (!encoding::take_change(record, change)) return corrupt("a revision's record");
      if (!range.contains(change.key)) continue;
      auto event = versions.event(change, at);
      if (!event) return event.error();
      bytes += bytes_of(*(*event)->kv) + ((*event)->prev_kv ? bytes_of(*(*event)->prev_kv) : 0);
      history.events.push_back(std::move(*event));
    }
    history.upto = at;
    if (history.events.size() >= request.events_max || bytes >= request.bytes_max ||
        ++revisions >= request.revisions_max)
      return history;
  }
  history.upto = view.revision();
  return history;
}

}  // namespace raft_store::mvcc
