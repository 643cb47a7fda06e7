#pragma once
#include <string>
#include "coxctl/store/text.hpp"
#include "storage/codec.hpp"

/// What is told about members. Pure.
namespace coxctl::store {

Table member_table(const storage::wire::MemberListResponse& response);

/// How the member that was just added is to be started.
struct JoinHints {
  std::string name;
  std::string pki;         ///< As --pki was given; empty: it was not, so certificates are left to the reader.
  std::string client_url;  ///< Empty: guessed, see guess_client_url.
};
/// etcd's variables, then raft-store's command line.
std::string join_text(const storage::wire::MemberAddResponse& added, const JoinHints& hints);

/// The members as --initial-cluster names them, the new one by `name`.
std::string initial_cluster(const storage::wire::MemberAddResponse& added, const std::string& name);

/// A client URL beside a peer URL: the same host, the port before (2380 -> 2379, as is the custom).
std::string guess_client_url(const std::string& peer_url);

}  // namespace coxctl::store
