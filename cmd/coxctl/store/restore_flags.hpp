#pragma once
#include <cstdint>
#include <string>
#include "base/flags.hpp"
#include "raft-store/backup/restore.hpp"

namespace coxctl::store {

/// The flags of `snapshot restore` and `backup restore`: etcdutl's.
class RestoreFlags {
 public:
  void add_to(base::Flags& flags);
  /// Error: invalid_argument naming the flag.
  base::Result<void> check() const;
  raft_store::backup::RestoreOptions options() const;

 private:
  raft_store::backup::RestoreOptions options_;
  std::string data_dir_;
  std::int64_t bump_revision_ = 0;
};

}  // namespace coxctl::store
