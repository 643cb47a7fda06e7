#pragma once
#include "controllers/backends/trigger_times.hpp"
#include "controllers/endpoints/subsets.hpp"
#include "controllers/frame/controller.hpp"

namespace controllers::endpoints {

Descriptor descriptor();

/// Writes the Endpoints of every Service that selects pods, and deletes those whose Service is gone.
class EndpointsLoop final : public Loop {
 public:
  explicit EndpointsLoop(const Context& context);
  base::Awaitable<base::Result<client::ReconcileResult>> reconcile(std::string key) override;

 private:
  using ServicePtr = std::shared_ptr<const Service>;

  void watch_services();
  void watch_endpoints();
  base::Awaitable<base::Result<void>> remove_leftover(std::string key);
  base::Awaitable<base::Result<void>> write(ServicePtr service, Endpoints next);

  client::Informer<Service>& services_;
  client::Informer<backends::Pod>& pods_;
  client::Informer<Endpoints>& endpoints_;
  backends::TriggerTimes trigger_times_;
  std::map<std::string, std::size_t> pods_of_;  ///< By Service: how many pods it had when last looked at.
};

}  // namespace controllers::endpoints
