#pragma once
#include <string>
#include "storage/codec.hpp"

/// etcd's messages as etcdctl prints them: JSON for programs, fields for people. Pure. For every message of
/// libs/storage (COX_STORAGE_MESSAGES), events and headers.
namespace coxctl::store {

/// On one line, no newline at its end. Unlike the gateway's JSON (libs/storage), numbers and enums are
/// numbers. `hex`: ids are strings in hexadecimal.
template <class M>
std::string json_text(const M& message, bool hex);

/// A line a field ("\"Revision\" : 7"), those of nested messages in place, also where they are zero.
template <class M>
std::string fields_text(const M& message, bool hex);

/// "create_revision" -> "CreateRevision", "cluster_id" -> "ClusterID", "peerURLs" -> "PeerURL".
std::string field_label(std::string_view name, bool repeated);
/// `text` as a JSON string.
std::string json_string(std::string_view text);

}  // namespace coxctl::store
