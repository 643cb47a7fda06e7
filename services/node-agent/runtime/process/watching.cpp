// ProcessRuntime: noticing what containers do, and what they did while nobody looked.
#include <signal.h>
#include <algorithm>
#include "base/log.hpp"
#include "node-agent/runtime/process/in_pool.hpp"
#include "node-agent/runtime/process/process_runtime.hpp"
#include "node-agent/runtime/process/shim_connection.hpp"
#include "node-agent/runtime/shim/processes.hpp"
#include "node-agent/runtime/shim/supervisor.hpp"

namespace node_agent::runtime {

namespace {

constexpr std::chrono::milliseconds retry_min{20}, retry_max{1000};
constexpr int killed_code = 137;   // containerd's for a container whose shim died.
constexpr int unknown_code = 255;  // containerd's for one of which nothing is known.

base::SystemTime time_of(std::int64_t ns) {
  return base::SystemTime(std::chrono::nanoseconds(ns));
}

/// Ends what a shim that has gone left of its container, and records that. In the pool.
shim::ContainerState bury(StateStore& store, const std::string& id, shim::ContainerState state) {
  if (const auto spec = store.read_spec(id)) {
    const shim::Cgroup cgroup(spec->cgroups);
    if (!cgroup.empty()) cgroup.kill_all();
    cgroup.remove();
    if (spec->isolation == shim::Isolation::none || spec->host_pid || spec->share_pid) shim::kill_marked(id);
  }
  state.exited = true;
  state.exit_code = killed_code;
  state.message = "the container's supervisor was killed, and the container with it";
  state.finished_ns = shim::now_ns();
  state.pid = 0;
  store.write_state(id, state);
  return state;
}

struct Found {
  std::optional<shim::ContainerState> state;
  bool shim_lives = false;
};

Found look_at(const StateStore& store, const std::string& id) {
  // In this order: a shim that ends in between has written its state before.
  Found out;
  out.shim_lives = shim::lock_holder(store.container_directory(id)) != 0;
  out.state = store.read_state(id);
  return out;
}

std::string reason_of(const shim::ContainerState& state) {
  if (!state.reason.empty()) return state.reason;
  if (state.oom && state.exit_code != 0) return "OOMKilled";
  return state.exit_code == 0 ? "Completed" : "Error";
}

}  // namespace

void ProcessRuntime::take_up_container(StoredContainer stored, const std::string& boot_id) {
  auto entry = std::make_shared<Entry>(strand_, std::move(stored.container));
  containers_[entry->info.id] = entry;
  entry->cgroups = std::move(stored.cgroups);
  entry->info.state = Container::State::created;
  if (!stored.state && !stored.was_started) return;
  auto state = stored.state.value_or(shim::ContainerState{});
  const bool lost = !stored.state && !stored.shim_lives;
  const bool rebooted = stored.state && !state.exited && state.boot_id != boot_id;
  if (lost || rebooted) {
    state.exited = true;
    state.exit_code = unknown_code;
    state.reason = "Unknown";
    state.message = lost ? "what became of the container is not known"
                         : "the machine was restarted while the container ran";
    state.finished_ns = shim::now_ns();
    std::function<bool()> work = [this, id = entry->info.id, state] {
      store_.write_state(id, state);
      return true;
    };
    tasks_.spawn("record", [this, work]() -> base::Awaitable<void> { co_await in_pool(pool_, work); });
  }
  if (state.exited) return settle(entry, state);
  note_started(*entry, state);
  watch_container(entry);
}

void ProcessRuntime::note_started(Entry& entry, const shim::ContainerState& state) {
  entry.info.state = Container::State::running;
  entry.info.started_at = time_of(state.started_ns);
  entry.info.pid = state.pid;
  entry.shim_pid = state.shim_pid;
}

void ProcessRuntime::watch_container(const EntryPtr& entry) {
  tasks_.spawn("container", [this, entry] { return await_end(entry); });
}

base::Awaitable<void> ProcessRuntime::await_end(EntryPtr entry) {
  const std::string id = entry->info.id, directory = store_.container_directory(id);
  std::function<Found()> look = [this, id] { return look_at(store_, id); };
  for (auto pause = retry_min;; pause = std::min(pause * 2, retry_max)) {
    auto connection = ShimConnection::open(strand_, directory);
    if (connection) {
      std::string nothing;
      auto sent = co_await (*connection)->write(shim::FrameKind::watch, std::move(nothing));
      // The first answer says that it runs; the end of the connection that it has ended.
      for (bool open = sent.has_value(); open;) {
        auto frame = co_await (*connection)->read();
        open = frame.has_value();
        if (!open || entry->info.pid != 0) continue;
        auto found = co_await in_pool(pool_, look);
        if (found.state && !found.state->exited) note_started(*entry, *found.state);
      }
    }
    auto found = co_await in_pool(pool_, look);
    if (found.state && found.state->exited) co_return settle(entry, *found.state);
    if (!found.shim_lives) {
      base::log::warning("a container's supervisor has gone",
                         {{"container", id}, {"name", entry->info.config.name}});
      std::function<shim::ContainerState()> work = [this, id,
                                                    state = found.state.value_or(shim::ContainerState{})] {
        return bury(store_, id, state);
      };
      auto state = co_await in_pool(pool_, std::move(work));
      co_return settle(entry, state);
    }
    // It is about to begin, or to end.
    const bool slept = co_await base::sleep_for(pause);
    if (!slept) co_return;
  }
}

void ProcessRuntime::settle(const EntryPtr& entry, const shim::ContainerState& state) {
  auto& info = entry->info;
  info.state = Container::State::exited;
  info.started_at = time_of(state.started_ns);
  info.finished_at = time_of(state.finished_ns);
  info.exit_code = state.exit_code;
  info.reason = reason_of(state);
  info.message = state.message;
  info.pid = 0;
  entry->ended.set();
  changed(pod_of(*entry));
}

}  // namespace node_agent::runtime
