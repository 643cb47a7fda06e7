#pragma once
#include <functional>
#include <memory>
#include <string>
#include <vector>
#include "api/types/core_v1.hpp"
#include "base/clock.hpp"
#include "client/controller.hpp"
#include "client/informer.hpp"
#include "client/rest.hpp"
#include "controllers/frame/options.hpp"

namespace controllers {

/// Records an event about an object under the controller's name; `type` is "Normal" or "Warning". Never
/// blocks.
using EventSink = std::function<void(const api::core::v1::ObjectReference& about, const char* type,
                                     std::string reason, std::string message)>;

/// What a controller is made from. The references outlive every controller. Everything runs on `strand`.
struct Context {
  base::Executor strand;
  client::InformerFactory& informers;
  std::shared_ptr<client::RestClient> rest;  ///< As the identity this controller acts under.
  EventSink event;
  base::metrics::Registry& metrics;
  const base::Clock& clock;
  const Options& options;
};

/// One control loop. Made, started and stopped on the context's strand. The constructor asks the factory for
/// informers and adds handlers; `start` is called once all of them have synced.
class Controller {
 public:
  virtual ~Controller() = default;
  virtual void start() = 0;
  virtual base::Awaitable<void> stop() = 0;  ///< Lets the keys in work end.
};

/// A controller that is a queue of keys and `reconcile(key)`: level-triggered, idempotent, never run twice at
/// once for one key. An error means "again, later, slower"; a permanent fault becomes a condition or an
/// event.
class Loop : public Controller {
 public:
  void start() override;
  base::Awaitable<void> stop() override;
  virtual base::Awaitable<base::Result<client::ReconcileResult>> reconcile(std::string key) = 0;

 protected:
  Loop(const Context& context, std::string queue_name, int workers);
  client::WorkQueue& queue() noexcept { return runner_.queue(); }
  void enqueue(std::string key) { queue().add(std::move(key)); }
  client::RestClient& rest() const noexcept { return *context_.rest; }
  base::SystemTime now() const { return context_.clock.now(); }
  /// Runs `tasks` at once and waits for the last; they end before `stop` returns.
  base::Awaitable<void> run_all(std::vector<std::function<base::Awaitable<void>()>> tasks);

  const Context context_;

 private:
  base::TaskGroup tasks_;
  client::ControllerRunner runner_;
};

/// An entry of list.cpp.
struct Descriptor {
  std::string name;                  ///< As --controllers takes it: "replicaset-controller".
  std::vector<std::string> aliases;  ///< Upstream's older names: "replicaset".
  std::string service_account;       ///< In kube-system, for --use-service-account-credentials.
  /// Null where the options leave the controller nothing to do.
  std::unique_ptr<Controller> (*make)(const Context& context);
};

}  // namespace controllers
