#include "coxctl/store/restore_flags.hpp"

namespace coxctl::store {

void RestoreFlags::add_to(base::Flags& flags) {
  flags
      .add("data-dir", &data_dir_,
           "Where the member's data goes; must be empty or not there. Default: NAME.etcd.")
      .add("name", &options_.name, "The member's name.")
      .add("initial-cluster", &options_.initial_cluster,
           "The members of the new cluster as NAME=URL; each is restored from the same backup. Default: this "
           "member alone.")
      .add("initial-cluster-token", &options_.initial_cluster_token,
           "Sets clusters apart; part of their ids.")
      .add("initial-advertise-peer-urls", &options_.initial_advertise_peer_urls,
           "Where peers will reach this member.")
      .add("skip-hash-check", &options_.skip_hash_check,
           "Go on though the checksum of the whole file is missing or wrong; each block's own is still "
           "checked.")
      .add("bump-revision", &bump_revision_,
           "Go on this many revisions later, so that none is used again that a client may have seen.")
      .add("mark-compacted", &options_.mark_compacted,
           "Send watches from before away, to list anew; needed with --bump-revision.");
}

base::Result<void> RestoreFlags::check() const {
  if (bump_revision_ >= 0) return {};
  return base::Error(base::Errc::invalid_argument, "--bump-revision must not be negative");
}

raft_store::backup::RestoreOptions RestoreFlags::options() const {
  auto options = options_;
  options.data_dir = data_dir_;
  options.bump_revision = static_cast<std::uint64_t>(bump_revision_);
  return options;
}

}  // namespace coxctl::store
