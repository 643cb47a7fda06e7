#pragma once
#include "controllers/frame/controller.hpp"
#include "controllers/podgc/doomed.hpp"

namespace controllers::podgc {

Descriptor descriptor();

/// Looks at all pods every `period` and deletes, without grace, those that nobody else will. Pods that had
/// not finished are marked Failed first: no node will say so. The queue has one key.
class PodGc final : public Loop {
 public:
  PodGc(const Context& context, std::chrono::nanoseconds period);
  void start() override;
  /// One look. A pod that cannot be deleted is left for the next.
  base::Awaitable<base::Result<client::ReconcileResult>> reconcile(std::string key) override;

 private:
  using Pods = std::vector<PodPtr>;
  const Node* find_node(const std::string& name) const;
  base::Awaitable<std::set<std::string>> gone_for_good(std::set<std::string> missing);
  base::Awaitable<void> remove_all(Pods pods, const char* condition_reason, const char* condition_message);
  base::Awaitable<void> remove(PodPtr pod, std::optional<boost::json::value> patch);

  const std::chrono::nanoseconds period_;
  client::Informer<Pod>& pods_;
  client::Informer<Node>& nodes_;
  Quarantine quarantine_;
};

}  // namespace controllers::podgc
