#pragma once
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>
#include "api/types/core_v1.hpp"
#include "base/async.hpp"
#include "base/clock.hpp"
#include "node-agent/pods/pod_host.hpp"
#include "node-agent/probes/probe_worker.hpp"
#include "node-agent/status/pod_view.hpp"

namespace node_agent::pods {

/// The probes of one pod at work: a loop each. Belongs to the node's strand; owned by the pod's worker.
class PodProbes : public std::enable_shared_from_this<PodProbes> {
 public:
  using PodPtr = PodHost::PodPtr;
  struct Callbacks {
    /// What `readiness` says may have changed.
    std::function<void()> changed;
    /// An attempt failed (or could not be made).
    std::function<void(probes::Kind, const api::core::v1::Container&, const probes::Attempt&)> failed;
  };
  /// Containers that `pod`'s status calls started and ready are taken to be so if they are still the same.
  PodProbes(base::Executor strand, const base::Clock& clock, PodHost& host, PodPtr pod, Callbacks callbacks);

  /// Starts a loop for each probe. The group's tasks keep this object alive.
  void start(base::TaskGroup& tasks);
  /// What runs now; a new container is probed at once. `ip`: where network probes go.
  void observe(const status::PodView& view, const std::string& ip, bool terminating);
  /// Of each running container, by name.
  std::map<std::string, status::Readiness> readiness(const status::PodView& view) const;
  /// Ends the loops.
  void stop();

 private:
  struct Slot {
    Slot(base::Executor ex, probes::Kind kind, api::core::v1::Container c, api::core::v1::Probe p)
        : worker(kind, probes::Timing::of(p)), container(std::move(c)), probe(std::move(p)), kick(ex) {}
    probes::ProbeWorker worker;
    probes::Subject subject;
    api::core::v1::Container container;
    api::core::v1::Probe probe;
    base::Event kick;
  };
  void add(const api::core::v1::Container& container, bool init);
  void resume(Slot& slot, const std::vector<api::core::v1::ContainerStatus>& statuses);
  const Slot* find(const std::string& container, probes::Kind kind) const;
  bool started(const std::string& container, const std::string& id) const;
  base::Awaitable<void> loop(std::shared_ptr<Slot> slot);
  base::Awaitable<void> attempt(std::shared_ptr<Slot> slot);
  base::Awaitable<probes::Attempt> make_attempt(std::shared_ptr<Slot> slot);

  base::Executor strand_;
  const base::Clock& clock_;
  PodHost& host_;
  PodPtr pod_;
  Callbacks callbacks_;
  std::vector<std::shared_ptr<Slot>> slots_;
  std::string ip_;
  bool stopped_ = false;
};

}  // namespace node_agent::pods
