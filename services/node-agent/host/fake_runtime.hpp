#pragma once
#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>
#include "base/clock.hpp"
#include "node-agent/runtime/runtime.hpp"

namespace node_agent::host::testing {

/// A Runtime in memory that keeps everything it was given, and fails when a test says so. For tests.
class FakeRuntime final : public runtime::Runtime {
 public:
  using Container = runtime::Container;
  using PodSandbox = runtime::PodSandbox;
  using Stream = std::shared_ptr<runtime::ProcessStream>;
  template <class T>
  using Answer = base::Awaitable<base::Result<T>>;
  explicit FakeRuntime(const base::Clock& clock) : clock_(clock) {}

  // The test's side.
  std::vector<PodSandbox> sandboxes;  ///< Newest first, as are the containers.
  std::vector<Container> containers;
  std::set<std::string> images;              ///< Present ones.
  std::map<std::string, base::Error> fails;  ///< By call: "run_pod_sandbox", "pull_image", ...
  std::vector<std::string> pulled;
  runtime::ExecResult exec_result;

  Container* find(const std::string& name) {
    for (auto& c : containers)
      if (c.config.name == name) return &c;
    return nullptr;
  }
  void exit(const std::string& name, int code) {
    auto* c = find(name);
    c->state = Container::State::exited;
    c->exit_code = code;
    c->finished_at = clock_.now();
  }

  // Runtime.
  std::string name() const override { return "fake"; }
  std::string version() const override { return "1"; }
  Answer<void> start(runtime::OnChange) override { co_return base::Result<void>(); }
  base::Awaitable<void> stop() override { co_return; }
  std::string trouble() const override { return {}; }

  Answer<std::string> run_pod_sandbox(runtime::PodSandboxConfig config) override {
    if (const auto* e = failure("run_pod_sandbox")) co_return *e;
    PodSandbox s;
    s.id = "s" + std::to_string(++next_);
    s.config = std::move(config);
    s.ready = true;
    s.ips = {"10.9.0." + std::to_string(next_)};
    s.created_at = clock_.now();
    sandboxes.insert(sandboxes.begin(), s);
    co_return s.id;
  }
  Answer<void> stop_pod_sandbox(std::string id) override {
    for (auto& s : sandboxes)
      if (s.id == id) s.ready = false;
    co_return base::Result<void>();
  }
  Answer<void> remove_pod_sandbox(std::string id) override {
    if (const auto* e = failure("remove_pod_sandbox")) co_return *e;
    std::erase_if(containers, [&](const auto& c) { return c.sandbox_id == id; });
    std::erase_if(sandboxes, [&](const auto& s) { return s.id == id; });
    co_return base::Result<void>();
  }
  Answer<std::vector<PodSandbox>> list_pod_sandboxes(std::string uid) override {
    if (const auto* e = failure("list_pod_sandboxes")) co_return *e;
    std::vector<PodSandbox> out;
    for (const auto& s : sandboxes)
      if (uid.empty() || s.config.uid == uid) out.push_back(s);
    co_return out;
  }
  Answer<std::string> create_container(std::string sandbox_id, runtime::ContainerConfig config) override {
    if (const auto* e = failure("create_container")) co_return *e;
    Container c;
    c.id = "c" + std::to_string(++next_);
    c.sandbox_id = sandbox_id;
    c.config = std::move(config);
    c.state = Container::State::created;
    c.created_at = clock_.now();
    c.image_ref = "ref:" + c.config.image;
    for (const auto& s : sandboxes)
      if (s.id == sandbox_id) c.log_path = s.config.log_directory + "/" + c.config.log_path;
    containers.insert(containers.begin(), c);
    co_return c.id;
  }
  Answer<void> start_container(std::string id) override {
    auto* c = by_id(id);
    if (!c) co_return missing();
    if (const auto* e = failure("start_container")) {
      c->state = Container::State::exited;
      c->exit_code = 128;
      co_return *e;
    }
    c->state = Container::State::running;
    c->started_at = clock_.now();
    co_return base::Result<void>();
  }
  Answer<void> stop_container(std::string id, std::chrono::seconds) override {
    auto* c = by_id(id);
    if (!c) co_return missing();
    exit(c->config.name, 143);
    co_return base::Result<void>();
  }
  Answer<void> remove_container(std::string id) override {
    std::erase_if(containers, [&](const auto& c) { return c.id == id; });
    co_return base::Result<void>();
  }
  Answer<std::vector<Container>> list_containers(std::string uid) override {
    std::vector<Container> out;
    for (const auto& c : containers)
      for (const auto& s : sandboxes)
        if (s.id == c.sandbox_id && (uid.empty() || s.config.uid == uid)) out.push_back(c);
    co_return out;
  }
  Answer<runtime::ExecResult> exec_sync(std::string id, std::vector<std::string>,
                                        std::chrono::seconds) override {
    if (const auto* e = failure("exec_sync")) co_return *e;
    if (!by_id(id)) co_return missing();
    co_return exec_result;
  }
  Answer<Stream> exec(std::string, ExecOptions) override { co_return missing(); }
  Answer<Stream> attach(std::string, ExecOptions) override { co_return missing(); }
  Answer<Stream> port_forward(std::string, std::uint16_t) override { co_return missing(); }
  Answer<std::string> pull_image(std::string image) override {
    pulled.push_back(image);
    if (const auto* e = failure("pull_image")) co_return *e;
    images.insert(image);
    co_return image;
  }
  Answer<std::string> image_status(std::string image) override {
    if (const auto* e = failure("image_status")) co_return *e;
    co_return images.contains(image) ? image : std::string();
  }
  Answer<std::vector<runtime::ContainerStats>> list_container_stats() override {
    co_return std::vector<runtime::ContainerStats>();
  }

 private:
  static base::Error missing() { return base::Error(base::Errc::not_found, "no such container"); }
  const base::Error* failure(const std::string& call) const {
    const auto it = fails.find(call);
    return it == fails.end() ? nullptr : &it->second;
  }
  Container* by_id(const std::string& id) {
    for (auto& c : containers)
      if (c.id == id) return &c;
    return nullptr;
  }
  const base::Clock& clock_;
  int next_ = 0;
};

}  // namespace node_agent::host::testing
