#pragma once
#include <map>
#include <set>
#include <string>
#include <vector>
#include "node-agent/pods/pod_host.hpp"

namespace node_agent::pods::testing {

/// A machine in memory: containers run until the test ends them. For tests of workers.
class FakeHost final : public PodHost {
 public:
  explicit FakeHost(const base::Clock& clock) : clock_(clock) {}

  std::map<std::string, status::PodView> pods;  ///< By uid.
  std::vector<std::string> calls;               ///< "start web", "stop process://1", ...
  HostFailure fail_prepare;
  status::WaitingReason fail_start;
  std::string fail_start_error;
  int exec_exit_code = 0;

  void exit(const std::string& uid, const std::string& name, int code) {
    for (auto& c : pods[uid].containers)
      if (c.name == name && c.state == State::running) end(c, code);
  }

  base::Awaitable<base::Result<status::PodView>> look(std::string uid) override { co_return pods[uid]; }
  base::Awaitable<HostFailure> prepare(PodPtr) override { co_return fail_prepare; }
  base::Awaitable<HostFailure> create_sandbox(PodPtr pod, int attempt) override {
    calls.push_back("sandbox " + std::to_string(attempt));
    status::SandboxView s;
    s.id = "sandbox-" + std::to_string(++next_);
    s.ready = true;
    s.attempt = attempt;
    s.ips = {"127.1.0.9"};
    auto& list = pods[pod->metadata.uid].sandboxes;
    list.insert(list.begin(), s);
    co_return HostFailure();
  }
  base::Awaitable<Started> start_container(PodPtr pod, api::core::v1::Container container,
                                           status::SandboxView sandbox, int restart_count) override {
    calls.push_back("start " + container.name);
    Started out;
    if (!fail_start.reason.empty()) {
      out.failure = fail_start;
      out.error = fail_start_error;
      co_return out;
    }
    status::ContainerView c;
    c.id = out.id = "fake://" + std::to_string(++next_);
    c.name = container.name;
    c.sandbox_id = sandbox.id;
    c.state = State::running;
    c.restart_count = restart_count;
    c.started_at = clock_.now();
    auto& list = pods[pod->metadata.uid].containers;
    list.insert(list.begin(), c);
    co_return out;
  }
  base::Awaitable<base::Result<void>> stop_container(std::string id, std::chrono::seconds grace) override {
    calls.push_back("stop " + id + " " + std::to_string(grace.count()));
    for (auto& [uid, pod] : pods)
      for (auto& c : pod.containers)
        if (c.id == id && c.state == State::running) end(c, 143);
    co_return base::Result<void>();
  }
  base::Awaitable<base::Result<void>> remove_container(std::string id) override {
    calls.push_back("remove " + id);
    co_return base::Result<void>();
  }
  base::Awaitable<base::Result<void>> stop_sandbox(std::string id) override {
    for (auto& [uid, pod] : pods)
      for (auto& s : pod.sandboxes)
        if (s.id == id) s.ready = false;
    co_return base::Result<void>();
  }
  base::Awaitable<base::Result<void>> clean_up(std::string uid) override {
    calls.push_back("clean up");
    pods.erase(uid);
    co_return base::Result<void>();
  }
  base::Awaitable<base::Result<ExecOutput>> exec(std::string, std::vector<std::string> command,
                                                 std::chrono::seconds) override {
    calls.push_back("exec " + command.front());
    ExecOutput out;
    out.exit_code = exec_exit_code;
    co_return out;
  }
  base::Awaitable<base::Result<std::vector<PodIdentity>>> pods_present() override {
    std::vector<PodIdentity> out;
    for (const auto& [uid, pod] : pods)
      out.push_back({uid, "default", "web"});
    co_return out;
  }

 private:
  using State = status::ContainerView::State;
  void end(status::ContainerView& c, int code) {
    c.state = State::exited;
    c.exit_code = code;
    c.finished_at = clock_.now();
  }
  const base::Clock& clock_;
  int next_ = 0;
};

}  // namespace node_agent::pods::testing
