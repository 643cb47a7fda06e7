#pragma once
#include <functional>
#include <memory>
#include <string>
#include <vector>
#include "client/event_recorder.hpp"
#include "controllers/list.hpp"

namespace controllers {

/// Owns the informers and the chosen controllers. Everything, these members too, runs on `strand`.
class Manager {
 public:
  /// The client a service account of kube-system acts through.
  using ClientFor = std::function<std::shared_ptr<client::RestClient>(const std::string& service_account)>;

  /// `root` feeds the informers. `options`, `metrics` and the descriptors outlive the manager.
  Manager(base::Executor strand, std::shared_ptr<client::RestClient> root, ClientFor client_for,
          const Options& options, std::vector<const Descriptor*> chosen, base::metrics::Registry& metrics);

  /// Makes the controllers, waits for the informers, starts the loops. False if cancelled before that.
  base::Awaitable<bool> start();
  /// Lets the keys in work end and sends the events still queued. Also after a `start` that was cancelled.
  base::Awaitable<void> stop();

 private:
  struct Running {
    const Descriptor* descriptor = nullptr;
    std::shared_ptr<client::EventRecorder> events;
    std::unique_ptr<Controller> controller;  ///< Null where the options leave it nothing to do.
  };
  void make(const Descriptor& d);

  const base::Executor strand_;
  const ClientFor client_for_;
  const Options& options_;
  const std::vector<const Descriptor*> chosen_;
  base::metrics::Registry& metrics_;
  client::InformerFactory informers_;
  std::vector<Running> running_;
  bool started_ = false;
};

}  // namespace controllers
