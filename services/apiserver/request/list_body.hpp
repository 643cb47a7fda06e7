#pragma once
#include <memory>
#include "apiserver/registry/registry.hpp"
#include "apiserver/request/answer.hpp"

namespace apiserver::request {

/// A list as it is sent, made piece by piece: of the entries it needs nothing but references, and of what it
/// makes of them one piece. Belongs to one coroutine.
class ListBody {
 public:
  virtual ~ListBody() = default;
  enum class Prepared { yes, not_yet };
  /// Work that must be done before the first piece, some milliseconds a call, until it says yes.
  /// Error: InternalError, an object that cannot be shown so.
  virtual api::StatusOr<Prepared> prepare() { return Prepared::yes; }
  /// Appends the next piece, some 64 KiB (all of it at once where it is shared). False: that was the last.
  virtual bool next(std::vector<http::SharedBytes>& pieces) = 0;
};

/// `list` in the form wanted. Error: NotAcceptable for the shape of a single object.
api::StatusOr<std::unique_ptr<ListBody>> list_body(const Wanted& wanted, const api::ResourceInfo& resource,
                                                   registry::ListAnswer list, base::SystemTime now);

}  // namespace apiserver::request
