#pragma once
#include "apiserver/kinds/checks.hpp"

/// Rules that several kinds of the core group share.
namespace apiserver::kinds {
/// A PersistentVolumeClaimSpec, of a claim or in a template.
void validate_claim_spec(const Part& spec);
/// Modes of access: known ones, and ReadWriteOncePod only alone.
void check_access_modes(const Part& spec);
}  // namespace apiserver::kinds
