#include "node-agent/runtime/process/state_store.hpp"
#include <signal.h>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include "base/log.hpp"
#include "node-agent/runtime/process/codec.hpp"
#include "node-agent/runtime/shim/supervisor.hpp"

namespace node_agent::runtime {

namespace fs = std::filesystem;

namespace {

base::Error system_error(const std::string& path, int error) {
  return base::Error(base::Errc::internal, path + ": " + std::strerror(error));
}

base::Result<void> make_directory(const std::string& path) {
  std::error_code error;
  fs::create_directories(path, error);
  if (error) return base::Error(base::Errc::internal, path + ": " + error.message());
  fs::permissions(path, fs::perms::owner_all, error);
  return {};
}

base::Result<void> write(const std::string& path, const std::string& text) {
  if (!shim::write_file(path, text)) return system_error(path, errno);
  return {};
}

std::vector<std::string> names_in(const std::string& directory) {
  std::vector<std::string> out;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(directory, error))
    out.push_back(entry.path().filename().string());
  return out;
}

void drop_rubbish(const std::string& directory, const std::string& why) {
  if (shim::lock_holder(directory) != 0) return;
  base::log::warning("what cannot be read of the runtime's state is dropped",
                     {{"directory", directory}, {"reason", why}});
  std::error_code error;
  fs::remove_all(directory, error);
}

std::optional<SandboxHold> read_hold(const std::string& directory) {
  const auto text = shim::read_file(directory + "/ready");
  const auto records = text ? shim::Records::decode(*text) : std::nullopt;
  if (!records) return std::nullopt;
  return SandboxHold{records->get("boot_id"), records->number("pause_pid"), records->number("pause_ticks")};
}

}  // namespace

bool is_alive(std::int64_t pid, std::int64_t ticks) {
  return pid > 0 && ticks > 0 && shim::start_ticks(pid) == ticks;
}

base::Result<void> StateStore::open() {
  for (const char* name : {"/sandboxes", "/containers"})
    if (auto made = make_directory(root_ + name); !made) return made.error();
  return {};
}

std::vector<StoredSandbox> StateStore::load_sandboxes() {
  std::vector<StoredSandbox> out;
  const std::string boot = shim::boot_id();
  for (const auto& id : names_in(root_ + "/sandboxes")) {
    const auto directory = sandbox_directory(id);
    auto sandbox = decode_sandbox(shim::read_file(directory + "/config.json").value_or(""));
    if (!sandbox || sandbox->id != id) {
      drop_rubbish(directory, sandbox ? "another id" : sandbox.error().message);
      continue;
    }
    StoredSandbox stored{std::move(*sandbox), {}};
    if (const auto hold = read_hold(directory)) {
      stored.hold = *hold;
      stored.sandbox.ready =
          hold->boot_id == boot && (hold->pause_pid == 0 || is_alive(hold->pause_pid, hold->pause_ticks));
    }
    out.push_back(std::move(stored));
  }
  return out;
}

std::vector<StoredContainer> StateStore::load_containers() {
  std::vector<StoredContainer> out;
  for (const auto& id : names_in(root_ + "/containers")) {
    const auto directory = container_directory(id);
    auto container = decode_container(shim::read_file(directory + "/config.json").value_or(""));
    if (!container || container->id != id) {
      drop_rubbish(directory, container ? "another id" : container.error().message);
      continue;
    }
    // In this order: a shim that ends in between has written its state before.
    const bool lives = shim::lock_holder(directory) != 0;
    const auto spec = read_spec(id);
    const auto cgroups = spec ? spec->cgroups : std::vector<std::string>();
    out.push_back({std::move(*container), read_state(id), lives, spec.has_value(), cgroups});
  }
  return out;
}

base::Result<void> StateStore::add(const PodSandbox& sandbox) {
  const auto directory = sandbox_directory(sandbox.id);
  if (auto made = make_directory(directory); !made) return made.error();
  return write(directory + "/config.json", encode(sandbox));
}

base::Result<void> StateStore::set_ready(const std::string& id, const SandboxHold& hold) {
  shim::Records out;
  out.add("boot_id", hold.boot_id);
  out.add("pause_pid", hold.pause_pid);
  out.add("pause_ticks", hold.pause_ticks);
  return write(sandbox_directory(id) + "/ready", out.encode());
}

void StateStore::set_not_ready(const std::string& id) {
  std::error_code error;
  fs::remove(sandbox_directory(id) + "/ready", error);
}

base::Result<void> StateStore::add(const Container& container) {
  const auto directory = container_directory(container.id);
  if (auto made = make_directory(directory + "/scratch"); !made) return made.error();
  return write(directory + "/config.json", encode(container));
}

void StateStore::write_state(const std::string& id, const shim::ContainerState& state) {
  const auto path = container_directory(id) + "/state";
  if (!shim::write_file(path, state.encode().encode()))
    base::log::warning("writing a container's state", {{"path", path}, {"error", std::strerror(errno)}});
}

std::optional<shim::ContainerState> StateStore::read_state(const std::string& id) const {
  const auto text = shim::read_file(container_directory(id) + "/state");
  const auto records = text ? shim::Records::decode(*text) : std::nullopt;
  if (!records) return std::nullopt;
  return shim::ContainerState::decode(*records);
}

std::optional<shim::ContainerSpec> StateStore::read_spec(const std::string& id) const {
  const auto text = shim::read_file(container_directory(id) + "/spec");
  const auto records = text ? shim::Records::decode(*text) : std::nullopt;
  if (!records) return std::nullopt;
  return shim::ContainerSpec::decode(*records);
}

void StateStore::remove_sandbox(const std::string& id) {
  std::error_code error;
  fs::remove_all(sandbox_directory(id), error);
}

void StateStore::remove_container(const std::string& id) {
  std::error_code error;
  fs::remove_all(container_directory(id), error);
}

}  // namespace node_agent::runtime
