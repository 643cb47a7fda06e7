#include "node-agent/service/metered_runtime.hpp"

namespace node_agent {

namespace {

using base::Awaitable;
using base::Result;
using runtime::ProcessStream;
using Words = std::vector<std::string>;

class MeteredRuntime final : public runtime::Runtime {
 public:
  MeteredRuntime(std::shared_ptr<Runtime> inner, AgentMetrics& metrics)
      : inner_(std::move(inner)), metrics_(metrics) {}

  std::string name() const override { return inner_->name(); }
  std::string version() const override { return inner_->version(); }
  std::string trouble() const override { return inner_->trouble(); }
  Awaitable<Result<void>> start(runtime::OnChange f) override { return inner_->start(std::move(f)); }
  Awaitable<void> stop() override { return inner_->stop(); }

  Awaitable<Result<std::string>> run_pod_sandbox(runtime::PodSandboxConfig c) override {
    return timed("run_podsandbox", inner_->run_pod_sandbox(std::move(c)));
  }
  Awaitable<Result<void>> stop_pod_sandbox(std::string id) override {
    return timed("stop_podsandbox", inner_->stop_pod_sandbox(std::move(id)));
  }
  Awaitable<Result<void>> remove_pod_sandbox(std::string id) override {
    return timed("remove_podsandbox", inner_->remove_pod_sandbox(std::move(id)));
  }
  Awaitable<Result<std::vector<runtime::PodSandbox>>> list_pod_sandboxes(std::string uid) override {
    return timed("list_podsandbox", inner_->list_pod_sandboxes(std::move(uid)));
  }
  Awaitable<Result<std::string>> create_container(std::string sandbox, runtime::ContainerConfig c) override {
    return timed("create_container", inner_->create_container(std::move(sandbox), std::move(c)));
  }
  Awaitable<Result<void>> start_container(std::string id) override {
    return timed("start_container", inner_->start_container(std::move(id)));
  }
  Awaitable<Result<void>> stop_container(std::string id, std::chrono::seconds timeout) override {
    return timed("stop_container", inner_->stop_container(std::move(id), timeout));
  }
  Awaitable<Result<void>> remove_container(std::string id) override {
    return timed("remove_container", inner_->remove_container(std::move(id)));
  }
  Awaitable<Result<std::vector<runtime::Container>>> list_containers(std::string uid) override {
    return timed("list_containers", inner_->list_containers(std::move(uid)));
  }
  Awaitable<Result<runtime::ExecResult>> exec_sync(std::string id, Words command,
                                                   std::chrono::seconds timeout) override {
    return timed("exec_sync", inner_->exec_sync(std::move(id), std::move(command), timeout));
  }
  Awaitable<Result<std::shared_ptr<ProcessStream>>> exec(std::string id, ExecOptions o) override {
    return timed("exec", inner_->exec(std::move(id), std::move(o)));
  }
  Awaitable<Result<std::shared_ptr<ProcessStream>>> attach(std::string id, ExecOptions o) override {
    return timed("attach", inner_->attach(std::move(id), std::move(o)));
  }
  Awaitable<Result<std::shared_ptr<ProcessStream>>> port_forward(std::string id,
                                                                 std::uint16_t port) override {
    return timed("port_forward", inner_->port_forward(std::move(id), port));
  }
  Awaitable<Result<std::string>> pull_image(std::string image) override {
    return timed("pull_image", inner_->pull_image(std::move(image)));
  }
  Awaitable<Result<std::string>> image_status(std::string image) override {
    return timed("image_status", inner_->image_status(std::move(image)));
  }
  Awaitable<Result<std::vector<runtime::ContainerStats>>> list_container_stats() override {
    return timed("list_container_stats", inner_->list_container_stats());
  }

 private:
  /// `call` begins when it is awaited.
  template <class T>
  Awaitable<Result<T>> timed(const char* operation, Awaitable<Result<T>> call) {
    const auto begun = std::chrono::steady_clock::now();
    auto result = co_await std::move(call);
    metrics_.runtime_operation(operation, std::chrono::steady_clock::now() - begun, result.has_error());
    co_return result;
  }

  std::shared_ptr<Runtime> inner_;
  AgentMetrics& metrics_;
};

}  // namespace

std::shared_ptr<runtime::Runtime> metered(std::shared_ptr<runtime::Runtime> inner, AgentMetrics& metrics) {
  return std::make_shared<MeteredRuntime>(std::move(inner), metrics);
}

}  // namespace node_agent
