#pragma once
#include <set>
#include "api/types/core_v1.hpp"
#include "controllers/backends/trigger_times.hpp"
#include "controllers/endpointslice/slices.hpp"
#include "controllers/endpointslice/written.hpp"
#include "controllers/frame/controller.hpp"

namespace controllers::endpointslice {

Descriptor descriptor();

/// Writes the EndpointSlices of every Service that selects pods. Those of a Service that is gone are deleted
/// by the garbage collector.
class SliceLoop final : public Loop {
 public:
  explicit SliceLoop(const Context& context);
  base::Awaitable<base::Result<client::ReconcileResult>> reconcile(std::string key) override;

 private:
  using Node = api::core::v1::Node;

  void watch_services();
  void watch_slices();
  void watch_nodes();
  /// A change of a pod: gathered for a while that grows with the Service, since a look costs as much as the
  /// Service has pods.
  void wake_later(const std::string& key);
  std::optional<std::string> zone_of(const std::string& node) const;
  base::Awaitable<base::Result<void>> carry_out(std::string key, Plan plan);
  base::Awaitable<base::Result<void>> write(std::string key, EndpointSlice slice);
  base::Awaitable<base::Result<void>> remove(std::string key, SlicePtr slice);

  client::Informer<Service>& services_;
  client::Informer<backends::Pod>& pods_;
  client::Informer<Node>& nodes_;
  client::Informer<EndpointSlice>& slices_;
  backends::TriggerTimes trigger_times_;
  Written written_;
  std::map<std::string, std::size_t> pods_of_;  ///< By Service: how many pods it had when last looked at.
  std::set<std::string> want_nodes_;            ///< Services with pods on nodes that are not known yet.
};

}  // namespace controllers::endpointslice
