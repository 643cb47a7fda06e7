#pragma once
#include <string>
#include <string_view>
#include "api/status.hpp"
#include "storage/store.hpp"

namespace apiserver::registry {

/// Where a list goes on: opaque to clients. Source: "Retrieving large results sets in chunks" (KEP-365).
struct ContinueToken {
  storage::Revision revision = 0;  ///< The list is a view of this moment.
  std::string from;                ///< First key still wanted, within the resource.
  std::string encode() const;
  /// Error: BadRequest.
  static api::StatusOr<ContinueToken> parse(std::string_view text);
};

}  // namespace apiserver::registry
