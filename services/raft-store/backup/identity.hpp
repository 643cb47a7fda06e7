#pragma once
#include "raft-store/backup/restore.hpp"
#include "raft-store/replication/log_store.hpp"
#include "raft-store/replication/member.hpp"

namespace raft_store::backup {

/// What a restored member starts from.
struct NewMember {
  std::filesystem::path data_dir;
  replication::Identity identity;
  raft::Membership membership;
};

/// By the options, as the daemon works it out from the same flags. Error: invalid_argument naming the flag.
base::Result<NewMember> plan_member(const RestoreOptions& options);

}  // namespace raft_store::backup
