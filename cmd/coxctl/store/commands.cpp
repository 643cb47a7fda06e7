#include "coxctl/store/commands.hpp"

namespace coxctl::store {

// One line a command: the name of the function that describes it, in a file of that name below commands/.
// clang-format off
#define COX_STORE_COMMANDS(X) \
  X(status) \
  X(endpoint_status) \
  X(endpoint_health) \
  X(endpoint_hashkv) \
  X(member_list) \
  X(member_add) \
  X(member_promote) \
  X(member_update) \
  X(member_remove) \
  X(move_leader) \
  X(defrag) \
  X(snapshot_save) \
  X(snapshot_status) \
  X(snapshot_restore) \
  X(backup_list) \
  X(backup_verify) \
  X(backup_restore) \
  X(compact) \
  X(compaction) \
  X(alarm_list) \
  X(alarm_disarm) \
  X(get) \
  X(put) \
  X(del) \
  X(txn) \
  X(watch) \
  X(lease_grant) \
  X(lease_revoke) \
  X(lease_timetolive) \
  X(lease_list) \
  X(lease_keep_alive) \
  X(check_perf) \
  X(check_datascale)
// clang-format on

#define COX_DECLARE(name) Entry name();
COX_STORE_COMMANDS(COX_DECLARE)

std::span<const Entry> commands() {
#define COX_CALL(name) name(),
  static const Entry list[] = {COX_STORE_COMMANDS(COX_CALL)};
  return list;
}

}  // namespace coxctl::store
