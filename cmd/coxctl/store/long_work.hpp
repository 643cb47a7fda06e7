#pragma once
#include <functional>
#include <memory>
#include <string>
#include "coxctl/store/command.hpp"
#include "coxctl/store/progress.hpp"
#include "raft-store/backup/snapshot_file.hpp"

namespace coxctl::store {

/// Shows how far something is, in bytes, once it has taken two seconds. One thread at a time.
class LateProgress {
 public:
  explicit LateProgress(std::string label);
  void set(std::uint64_t done, std::uint64_t total);
  void finish();

 private:
  std::string label_;
  base::SteadyTime begun_;
  std::unique_ptr<Progress> shown_;
};

/// Runs work on files, on the blocking pool, with its progress on stderr until Ctrl-C stops it. The command
/// says `ends_itself`.
base::Awaitable<base::Result<void>> run_long(
    Context& context, std::string label,
    std::function<base::Result<void>(const raft_store::backup::Progress& progress)> work);

}  // namespace coxctl::store
