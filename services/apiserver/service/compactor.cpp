#include "apiserver/service/compactor.hpp"
#include "base/log.hpp"

namespace apiserver {
namespace {

/// Below the registry, so that the caches' watch carries its changes: a consistent read waits for them too.
constexpr const char* key = "/registry/compact_rev_key";

storage::TxnRequest next_step(std::int64_t seen_version, storage::Revision revision) {
  storage::TxnRequest txn;
  storage::Compare unmoved;
  unmoved.key = key;
  unmoved.target = storage::Compare::Target::version;
  unmoved.number = seen_version;
  txn.compares.push_back(std::move(unmoved));
  storage::Operation put;
  put.put.key = key;
  put.put.value = std::to_string(revision);
  txn.success.push_back(std::move(put));
  storage::Operation get;
  get.kind = storage::Operation::Kind::range;
  get.range.key = key;
  txn.failure.push_back(std::move(get));
  return txn;
}

}  // namespace

base::Awaitable<void> Compactor::run() {
  if (interval_.count() == 0) co_return;
  bool more = co_await base::sleep_for(interval_);
  while (more) {
    const auto done = co_await step();
    if (!done) base::log::warning("cannot compact the store", {{"error", done.error()}});
    more = co_await base::sleep_for(interval_);
  }
}

base::Awaitable<base::Result<bool>> Compactor::step() {
  auto txn = next_step(seen_version_, to_compact_);
  const auto done = co_await store_->txn(std::move(txn));
  if (!done) co_return done.error();
  const auto revision = std::exchange(to_compact_, done->revision);
  if (!done->succeeded) {
    // Another server was here: it compacts, and this one tries again when an interval has passed since.
    const auto& found = done->responses.at(0).range.kvs;
    seen_version_ = found.empty() ? 0 : found[0].version;
    co_return false;
  }
  ++seen_version_;
  if (revision == 0) co_return false;  // The first step since the start: nothing is known to be old.
  const auto compacted = co_await store_->compact(revision);
  if (!compacted && compacted.error().code != base::Errc::expired) co_return compacted.error();
  base::log::debug("compacted the store", {{"revision", revision}});
  co_return true;
}

}  // namespace apiserver
