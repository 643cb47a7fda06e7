#pragma once
#include "base/error.hpp"

/// etcd's errors with etcd's words, so that every store of ours, and etcd itself, says the same.
/// Source: etcd's api/v3rpc/rpctypes (the published list of error messages).
namespace storage::errors {

base::Error compacted();        ///< expired
base::Error future_revision();  ///< invalid_argument
base::Error empty_key();        ///< invalid_argument
base::Error key_not_found();   ///< invalid_argument: ignore_value or ignore_lease of a key that is not there.
base::Error value_provided();  ///< invalid_argument: a value together with ignore_value.
base::Error lease_provided();  ///< invalid_argument
base::Error too_many_operations();  ///< invalid_argument
base::Error invalid_sort_option();  ///< invalid_argument
base::Error duplicate_key();        ///< invalid_argument: a transaction that writes a key twice.
base::Error lease_not_found();      ///< not_found
base::Error lease_exists();         ///< already_exists
base::Error lease_ttl_too_large();  ///< invalid_argument
base::Error no_space();             ///< resource_exhausted
base::Error corrupt_cluster();      ///< corrupt: the alarm CORRUPT is raised.
base::Error request_too_large();    ///< resource_exhausted
base::Error no_leader();            ///< unavailable
base::Error timed_out();            ///< unknown_outcome

}  // namespace storage::errors
