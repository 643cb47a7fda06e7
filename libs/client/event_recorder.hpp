#pragma once
#include <memory>
#include <string>
#include "api/types/core_v1.hpp"
#include "client/rest.hpp"

namespace client {

/// Writes core/v1 Events as upstream's recorder does: aggregates repeats (count, lastTimestamp, by patch) and
/// similar ones, limits each source and object (token bucket), never blocks the caller, drops when its queue
/// (1,000) is full. Belongs to one strand.
class EventRecorder {
 public:
  EventRecorder(base::Executor strand, std::shared_ptr<RestClient> rest, std::string component,
                std::string host = {});
  ~EventRecorder();
  /// `type`: "Normal" or "Warning".
  void event(const api::core::v1::ObjectReference& about, std::string type, std::string reason,
             std::string message);
  base::Awaitable<void> stop();  ///< Tries to send what is queued, for a second at most.

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// The reference of a typed object, for events and owner references.
template <class T>
api::core::v1::ObjectReference reference_to(const T& o) {
  const auto& r = api::resource_of<T>();
  api::core::v1::ObjectReference ref;
  ref.kind = r.kind;
  ref.api_version = r.group_version().text();
  ref.namespace_ = o.metadata.namespace_;
  ref.name = o.metadata.name;
  ref.uid = o.metadata.uid;
  ref.resource_version = o.metadata.resource_version;
  return ref;
}

}  // namespace client
