#include "storage/errors.hpp"

namespace storage::errors {
namespace {
base::Error make(base::Errc code, const char* what) {
  return base::Error(code, std::string("etcdserver: ") + what);
}
}  // namespace

using base::Errc;

base::Error compacted() {
  return make(Errc::expired, "mvcc: required revision has been compacted");
}
base::Error future_revision() {
  return make(Errc::invalid_argument, "mvcc: required revision is a future revision");
}
base::Error empty_key() {
  return make(Errc::invalid_argument, "key is not provided");
}
base::Error key_not_found() {
  return make(Errc::invalid_argument, "key not found");
}
base::Error value_provided() {
  return make(Errc::invalid_argument, "value is provided");
}
base::Error lease_provided() {
  return make(Errc::invalid_argument, "lease is provided");
}
base::Error too_many_operations() {
  return make(Errc::invalid_argument, "too many operations in txn request");
}
base::Error invalid_sort_option() {
  return make(Errc::invalid_argument, "invalid sort option");
}
base::Error duplicate_key() {
  return make(Errc::invalid_argument, "duplicate key given in txn request");
}
base::Error lease_not_found() {
  return make(Errc::not_found, "requested lease not found");
}
base::Error lease_exists() {
  return make(Errc::already_exists, "lease already exists");
}
base::Error lease_ttl_too_large() {
  return make(Errc::invalid_argument, "too large lease TTL");
}
base::Error no_space() {
  return make(Errc::resource_exhausted, "mvcc: database space exceeded");
}
base::Error corrupt_cluster() {
  return make(Errc::corrupt, "corrupt cluster");
}
base::Error request_too_large() {
  return make(Errc::resource_exhausted, "request is too large");
}
base::Error no_leader() {
  return make(Errc::unavailable, "no leader");
}
base::Error timed_out() {
  return make(Errc::unknown_outcome, "request timed out");
}

}  // namespace storage::errors
