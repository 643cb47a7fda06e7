#pragma once
#include <string>
#include <vector>
#include "coxctl/store/options.hpp"
#include "coxctl/store/text.hpp"
#include "raft-store/backup/restore.hpp"

/// Snapshots and backups as people and programs read them. Pure.
namespace coxctl::store {

namespace backup = raft_store::backup;

/// "write-out" for one thing: `table` framed or plain, or `json`, or a line each of `fields`.
std::string written(Format format, const Table& table, const std::string& json);

/// The columns of `etcdctl snapshot status`, then ours.
std::string snapshot_text(const backup::SnapshotSummary& summary, Format format);
/// Clusters, their snapshots and segments, and what can be restored.
std::string catalogs_text(const std::vector<backup::Catalog>& catalogs, Format format);
/// What was restored, and how to start a member from it.
std::string restored_text(const backup::Restored& restored, Format format);

}  // namespace coxctl::store
