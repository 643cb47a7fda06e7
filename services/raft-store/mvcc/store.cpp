#include "raft-store/mvcc/store.hpp"
#include <rocksdb/write_batch.h>
#include <atomic>
#include <mutex>
#include "base/assert.hpp"
#include "raft-store/mvcc/history.hpp"
#include "raft-store/mvcc/operations.hpp"
#include "storage/codec.hpp"

namespace raft_store::mvcc {

struct Store::Impl {
  // Used by open, apply and published alone, which never run at once.
  std::vector<Listener*> listeners;
  TablesPtr tables;
  Replicated replicated;
  Publication next;  ///< What `published` will tell.
  bool changed = false;

  std::atomic<std::uint64_t> ranges = 0, puts = 0, deletes = 0, txns = 0, put_bytes = 0;

  void count(const Publication& publication) {
    for (const RevisionEvents& revision : publication.revisions) {
      if (revision.events.size() > 1) ++txns;
      for (const EventPtr& event : revision.events) {
        ++(event->type == wire::EventType::put ? puts : deletes);
        put_bytes += event->kv->key.size() + (event->kv->value ? event->kv->value->size() : 0);
      }
    }
  }

  mutable std::mutex mutex;
  ViewPtr view;  ///< Guarded by `mutex`; what it points to is immutable.

  ViewPtr current() const {
    const std::lock_guard lock(mutex);
    COX_ASSERT(view, "the store is open");
    return view;
  }

  void publish() {
    next.revision = replicated.revision;
    next.compacted = replicated.compacted;
    tables->recent->publish(next);
    auto made = std::make_shared<const View>(tables, replicated.revision, replicated.compacted);
    {
      const std::lock_guard lock(mutex);
      view.swap(made);
    }
    count(next);
    for (Listener* listener : listeners)
      listener->on_published(next);
    next = Publication();
  }
};

Store::Store() : impl_(std::make_unique<Impl>()) {}
Store::~Store() = default;

void Store::add_listener(Listener& listener) {
  impl_->listeners.push_back(&listener);
}

std::vector<std::string> Store::column_families() const {
  return {std::string(encoding::kVersions), std::string(encoding::kRevisions), std::string(encoding::kIndex),
          std::string(encoding::kMeta)};
}

base::Result<void> Store::open(replication::DatabasePtr database, raft::Index) {
  auto tables = std::make_shared<Tables>(std::move(database));
  auto replicated = load(*tables);
  if (!replicated) return replicated.error();
  impl_->tables = std::move(tables);
  impl_->replicated = std::move(*replicated);
  impl_->next = Publication();
  impl_->next.reopened = true;
  for (const auto& [id, lease] : impl_->replicated.leases)
    impl_->next.granted.push_back(lease);
  impl_->changed = false;
  impl_->publish();
  return {};
}

std::vector<replication::OutcomePtr> Store::apply(std::span<const replication::Command> commands,
                                                  rocksdb::WriteBatch& batch) {
  WriteState state(*impl_->tables, impl_->replicated, batch, impl_->next);
  std::vector<replication::OutcomePtr> outcomes;
  outcomes.reserve(commands.size());
  for (const replication::Command& bytes : commands) {
    auto command = decode(bytes.data);
    auto result = command ? run(state, std::move(*command)) : base::Result<Response>(command.error());
    outcomes.push_back(std::make_shared<Outcome>(std::move(result)));
  }
  state.finish();
  impl_->changed = true;
  return outcomes;
}

void Store::published(raft::Index) {
  if (std::exchange(impl_->changed, false)) impl_->publish();
}

Revision Store::revision() const {
  return impl_->current()->revision();
}

Revision Store::compact_revision() const {
  return impl_->current()->compacted();
}

base::Result<wire::RangeResponse> Store::range(const wire::RangeRequest& request) const {
  if (auto ok = check(request); !ok) return ok.error();
  impl_->ranges.fetch_add(1, std::memory_order_relaxed);
  return read_range(*impl_->current(), request);
}

base::Result<std::string> Store::range(const wire::RangeRequest& request, wire::ResponseHeader header,
                                       wire::RangeWriter::Form form) const {
  if (auto ok = check(request); !ok) return ok.error();
  impl_->ranges.fetch_add(1, std::memory_order_relaxed);
  const ViewPtr view = impl_->current();
  if (!is_plain(request)) {
    auto response = read_range(*view, request);
    if (!response) return response.error();
    header.revision = response->header.revision;
    response->header = header;
    const bool json = form == wire::RangeWriter::Form::json;
    return json ? wire::encode_json(*response) : wire::encode_proto(*response);
  }
  std::optional<wire::RangeWriter> writer;
  const auto begin = [&](Revision revision) {
    header.revision = revision;
    writer.emplace(form, header, request.limit);
  };
  const auto end = visit_range(*view, request, begin, [&](const Version& v) {
    const std::string_view value = request.keys_only ? std::string_view() : v.value;
    writer->add({v.key, value, v.head.create_revision, v.mod_revision, v.head.version, v.head.lease});
  });
  if (!end) return end.error();
  return writer->finish(end->more, end->count);
}

base::Result<wire::TxnResponse> Store::txn(const wire::TxnRequest& request) const {
  if (auto ok = check(request); !ok) return ok.error();
  if (!is_read_only(request))
    return base::Error(base::Errc::invalid_argument, "a transaction that writes goes through the log");
  wire::TxnRequest copy = request;
  return run_txn(*impl_->current(), nullptr, copy);
}

base::Result<History> Store::history(const HistoryRequest& request) const {
  return read_history(*impl_->current(), request);
}

std::optional<Lease> Store::lease(LeaseId id) const {
  std::optional<Lease> found;
  or_die(impl_->current()->scan_meta(encoding::lease_key(id),
                                     [&](std::string_view rest, std::string_view value) {
                                       if (rest.empty()) found = encoding::parse_lease(id, value);
                                     }));
  return found;
}

std::vector<Lease> Store::leases() const {
  std::vector<Lease> found;
  or_die(impl_->current()->scan_meta(
      std::string(1, encoding::kLeaseTag), [&](std::string_view id, std::string_view value) {
        if (id.size() != sizeof(std::uint64_t)) return;
        if (auto lease = encoding::parse_lease(static_cast<LeaseId>(encoding::read_u64(id)), value))
          found.push_back(*lease);
      }));
  return found;
}

std::vector<std::string> Store::lease_keys(LeaseId id) const {
  std::vector<std::string> keys;
  or_die(
      impl_->current()->scan_meta(encoding::attachment_prefix(id),
                                  [&](std::string_view key, std::string_view) { keys.emplace_back(key); }));
  return keys;
}

std::vector<wire::AlarmMember> Store::alarms() const {
  std::vector<wire::AlarmMember> found;
  const std::string tag(1, encoding::kAlarmTag);
  or_die(impl_->current()->scan_meta(tag, [&](std::string_view rest, std::string_view) {
    if (const auto alarm = encoding::parse_alarm_key(tag + std::string(rest))) found.push_back(*alarm);
  }));
  return found;
}

StoreSize Store::size() const {
  const TablesPtr tables = impl_->current()->tables();
  const auto property = [&tables](const std::string& name) {
    std::uint64_t sum = 0, value = 0;
    for (auto* family : {tables->versions, tables->revisions, tables->index, tables->meta})
      if (tables->db.GetIntProperty(family, name, &value)) sum += value;
    return sum;
  };
  const std::uint64_t unflushed = property(rocksdb::DB::Properties::kSizeAllMemTables);
  return {property(rocksdb::DB::Properties::kTotalSstFilesSize) + unflushed,
          property(rocksdb::DB::Properties::kEstimateLiveDataSize) + unflushed};
}

StoreCounts Store::counts() const {
  return {impl_->ranges, impl_->puts, impl_->deletes, impl_->txns, impl_->put_bytes};
}

std::uint64_t Store::keys_estimate() const {
  const TablesPtr tables = impl_->current()->tables();
  std::uint64_t keys = 0;
  tables->db.GetIntProperty(tables->index, rocksdb::DB::Properties::kEstimateNumKeys, &keys);
  return keys;
}

base::Result<HashKv> Store::hash_kv(Revision revision) const {
  return mvcc::hash_kv(*impl_->current(), revision);
}

Revision Store::swept_revision() const {
  return impl_->current()->tables()->swept;
}

base::Result<bool> Store::sweep(std::size_t changes_max) {
  return mvcc::sweep(*impl_->current(), changes_max);
}

}  // namespace raft_store::mvcc
