#include "controllers/list.hpp"
#include <algorithm>
#include "controllers/deployment/deployment_loop.hpp"
#include "controllers/endpoints/endpoints_loop.hpp"
#include "controllers/endpointslice/slice_loop.hpp"
#include "controllers/garbagecollector/collector.hpp"
#include "controllers/namespaces/namespace_loop.hpp"
#include "controllers/nodelifecycle/node_loop.hpp"
#include "controllers/podgc/pod_gc.hpp"
#include "controllers/replicaset/replicaset.hpp"
#include "controllers/replicationcontroller/replicationcontroller.hpp"
#include "controllers/serviceaccount/serviceaccount.hpp"
#include "controllers/tainteviction/eviction_loop.hpp"

namespace controllers {

const std::vector<Descriptor>& all_controllers() {
  static const std::vector<Descriptor> list{
      namespaces::descriptor(),
      deployment::descriptor(),
      replicaset::descriptor(),
      replicationcontroller::descriptor(),
      endpoints::descriptor(),
      endpointslice::descriptor(),
      garbagecollector::descriptor(),
      nodelifecycle::descriptor(),
      tainteviction::descriptor(),
      podgc::descriptor(),
      serviceaccount::default_account_descriptor(),
      serviceaccount::root_ca_descriptor(),
  };
  return list;
}

base::Result<std::vector<const Descriptor*>> chosen_controllers(const std::vector<std::string>& list) {
  const auto& all = all_controllers();
  for (std::string_view entry : list) {
    if (entry.starts_with("-")) entry.remove_prefix(1);
    const bool known =
        entry == "*" || std::any_of(all.begin(), all.end(), [entry](const Descriptor& d) {
          return d.name == entry || std::find(d.aliases.begin(), d.aliases.end(), entry) != d.aliases.end();
        });
    if (!known)
      return base::Error(base::Errc::invalid_argument,
                         "--controllers: \"" + std::string(entry) + "\" is no controller");
  }
  std::vector<const Descriptor*> chosen;
  for (const auto& d : all)
    if (wants(list, d.name, d.aliases)) chosen.push_back(&d);
  return chosen;
}

}  // namespace controllers
