#pragma once
#include "controllers/discovery/discovery.hpp"
#include "controllers/frame/controller.hpp"
#include "controllers/namespaces/sweep.hpp"

namespace controllers::namespaces {

Descriptor descriptor();

/// Empties namespaces that are being deleted: pods first, everything else once they are gone; then removes
/// the finalizer `kubernetes`. `delay`: how long after its deletion a namespace is first touched, so that
/// every API server has seen the deletion and admits nothing new.
class NamespaceLoop final : public Loop {
 public:
  NamespaceLoop(const Context& context, std::chrono::nanoseconds delay);
  base::Awaitable<base::Result<client::ReconcileResult>> reconcile(std::string key) override;

 private:
  using NamespacePtr = std::shared_ptr<const Namespace>;

  base::Awaitable<base::Result<Sweep>> sweep(std::string ns);
  base::Awaitable<void> sweep_resource(std::string ns, api::ResourceInfo resource,
                                       std::shared_ptr<Sweep> into);
  base::Awaitable<base::Result<void>> delete_all(std::string ns, api::ResourceInfo resource);
  base::Awaitable<base::Result<void>> delete_each(std::string ns, api::ResourceInfo resource);
  base::Awaitable<base::Result<Namespace>> mark_terminating(Namespace ns);
  base::Awaitable<base::Result<void>> write_conditions(Namespace ns, Sweep sweep);
  base::Awaitable<base::Result<void>> finalize(Namespace ns);

  client::Informer<Namespace>& namespaces_;
};

}  // namespace controllers::namespaces
