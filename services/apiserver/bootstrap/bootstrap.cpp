#include "apiserver/bootstrap/bootstrap.hpp"
#include <algorithm>
#include <iterator>
#include "api/object.hpp"
#include "base/log.hpp"

namespace apiserver::bootstrap {
namespace {

/// Writes under way at once: start-up writes some hundred objects, and the store batches what comes together.
constexpr std::size_t writes_at_once = 16;
constexpr std::chrono::milliseconds retry_after{200};

/// Another server was quicker, or the view was old: the next pass sees it.
bool is_race(const api::StatusError& error) {
  return error.code == 409 || error.code == 404;
}

}  // namespace

Bootstrap::Bootstrap(base::Executor ex, Config config, const ObjectLookup& lookup, ObjectWriter& writer,
                     const base::Clock& clock)
    : config_(std::move(config)),
      lookup_(lookup),
      writer_(writer),
      clock_(clock),
      writers_(std::move(ex), "bootstrap writes") {}

Bootstrap::~Bootstrap() = default;

base::Awaitable<bool> Bootstrap::write_one(Write write) {
  const auto what = write.resource + " " + std::string(api::name_of(write.object));
  const auto result = co_await writer_.write(std::move(write));
  if (result.has_value() || is_race(result.error())) co_return true;
  base::log::warning("bootstrap: cannot write", {{"object", what}, {"error", result.error().message}});
  co_return false;
}

/// Writes that several tasks share.
struct Bootstrap::Batch {
  explicit Batch(Writes w) : work(std::move(w)) {}
  Writes work;
  std::size_t next = 0, running = 0;
  bool good = true;
  base::Latch done;  ///< Opened when the last task ends, however it ends.

  /// Held by a task.
  class Running {
   public:
    explicit Running(std::shared_ptr<Batch> batch) : batch_(std::move(batch)) { ++batch_->running; }
    ~Running() {
      if (--batch_->running == 0) batch_->done.open();
    }
    Running(const Running&) = delete;

   private:
    std::shared_ptr<Batch> batch_;
  };
};

base::Awaitable<void> Bootstrap::work_off(std::shared_ptr<Batch> batch) {
  while (batch->next < batch->work.size()) {
    auto write = std::move(batch->work[batch->next++]);
    const bool done = co_await write_one(std::move(write));
    if (!done) batch->good = false;
  }
}

base::Awaitable<bool> Bootstrap::write_all(Writes writes) {
  auto batch = std::make_shared<Batch>(std::move(writes));
  if (batch->work.empty()) co_return true;
  for (std::size_t i = 0; i < std::min(writes_at_once, batch->work.size()); ++i) {
    auto running = std::make_shared<Batch::Running>(batch);
    writers_.spawn("bootstrap write", [this, batch, running] { return work_off(batch); });
  }
  const bool ended = co_await batch->done.wait();
  co_return ended && batch->next == batch->work.size() && batch->good;
}

base::Awaitable<void> Bootstrap::stop() {
  writers_.cancel();
  co_await writers_.join();
}

base::Awaitable<bool> Bootstrap::pass() {
  auto namespaces = plan_namespaces(lookup_);
  bool good = co_await write_all(std::move(namespaces));
  auto identity = plan_identity(lookup_, config_.self, clock_.now());
  good = co_await write_all(std::move(identity)) && good;
  auto roles = plan_rbac(lookup_);
  // A binding to another role is replaced: its removal comes first.
  Writes removals;
  const auto kept = std::stable_partition(roles.begin(), roles.end(),
                                          [](const Write& w) { return w.action != Write::Action::remove; });
  std::move(kept, roles.end(), std::back_inserter(removals));
  roles.erase(kept, roles.end());
  good = co_await write_all(std::move(removals)) && good;
  good = co_await write_all(std::move(roles)) && good;
  auto system = plan_system_objects(lookup_, config_);
  good = co_await write_all(std::move(system)) && good;
  const auto servers = live_servers(lookup_, config_.self, clock_.now());
  auto endpoints = plan_endpoints(lookup_, servers);
  good = co_await write_all(std::move(endpoints)) && good;
  if (good) done_ = true;
  co_return good;
}

base::Awaitable<void> Bootstrap::run() {
  for (;;) {
    co_await pass();
    const std::chrono::nanoseconds pause = done_ ? std::chrono::milliseconds(server_renewal) : retry_after;
    const bool more = co_await base::sleep_for(pause);
    if (!more) co_return;
  }
}

base::Awaitable<void> Bootstrap::leave() {
  Writes writes;
  if (const auto lease = lookup_.get("coordination.k8s.io", "leases", "kube-system", config_.self.name))
    writes.push_back({Write::Action::remove, "coordination.k8s.io", "v1", "leases", *lease});
  auto others = live_servers(lookup_, config_.self, clock_.now());
  std::erase_if(others, [&](const Server& s) { return s.name == config_.self.name; });
  if (!others.empty())
    for (auto& write : plan_endpoints(lookup_, others))
      writes.push_back(std::move(write));
  co_await write_all(std::move(writes));
}

}  // namespace apiserver::bootstrap
