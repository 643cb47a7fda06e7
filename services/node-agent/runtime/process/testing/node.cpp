#include "node-agent/runtime/process/testing/node.hpp"
#include <unistd.h>
#include <boost/asio/this_coro.hpp>
#include <cstdlib>
#include <fstream>
#include <sstream>

namespace node_agent::runtime::testing {

namespace {
constexpr std::chrono::seconds patience{30};
}

TemporaryDirectory::TemporaryDirectory() {
  std::string name = (std::filesystem::temp_directory_path() / "process-runtime-XXXXXX").string();
  REQUIRE(::mkdtemp(name.data()) != nullptr);
  path_ = name;
}

TemporaryDirectory::~TemporaryDirectory() {
  std::error_code error;
  std::filesystem::remove_all(path_, error);
}

Node::Node(base::Executor ex, base::Executor pool, std::string directory, ProcessRuntimeOptions options)
    : ex_(ex),
      pool_(std::move(pool)),
      directory_(std::move(directory)),
      options_(std::move(options)),
      changed_(std::move(ex)) {
  options_.root_dir = directory_ + "/runtime";
  if (options_.shim.empty()) options_.shim = COX_SHIM;
}

base::Awaitable<void> Node::start() {
  co_await stop();
  runtime_ = std::make_unique<ProcessRuntime>(ex_, pool_, options_);
  OnChange on_change = [this](const std::string&) { changed_.set(); };
  auto started = co_await runtime_->start(std::move(on_change));
  INFO((started ? "" : started.error().message));
  REQUIRE(started);
}

base::Awaitable<void> Node::stop() {
  if (!runtime_) co_return;
  co_await runtime_->stop();
  runtime_.reset();
}

base::Awaitable<void> Node::clean_up() {
  if (!runtime_) co_return;
  auto sandboxes = co_await runtime_->list_pod_sandboxes("");
  for (const auto& s : *sandboxes) {
    auto removed = co_await runtime_->remove_pod_sandbox(s.id);
    CHECK(removed);
  }
  auto left = co_await runtime_->list_containers("");
  for (const auto& c : *left) {
    auto removed = co_await runtime_->remove_container(c.id);
    CHECK(removed);
  }
}

base::Awaitable<std::string> Node::sandbox(std::string uid) {
  PodSandboxConfig config;
  config.ns = "default";
  config.name = "pod-" + uid;
  config.uid = uid;
  config.hostname = "pod-host";
  config.log_directory = directory_ + "/logs";
  auto id = co_await runtime_->run_pod_sandbox(std::move(config));
  INFO((id ? "" : id.error().message));
  REQUIRE(id);
  co_return *id;
}

base::Awaitable<std::string> Node::create(std::string sandbox_id, ContainerConfig config) {
  auto id = co_await runtime_->create_container(std::move(sandbox_id), std::move(config));
  INFO((id ? "" : id.error().message));
  REQUIRE(id);
  co_return *id;
}

base::Awaitable<std::string> Node::shell(std::string sandbox_id, std::string script) {
  auto config = shell_config(std::move(script));
  auto id = co_await create(std::move(sandbox_id), std::move(config));
  auto started = co_await runtime_->start_container(id);
  INFO((started ? "" : started.error().message));
  REQUIRE(started);
  co_return id;
}

base::Awaitable<Container> Node::container(std::string id) {
  auto all = co_await runtime_->list_containers("");
  for (const auto& c : *all)
    if (c.id == id) co_return c;
  FAIL("no container " << id);
  co_return Container{};
}

base::Awaitable<PodSandbox> Node::sandbox_info(std::string id) {
  auto all = co_await runtime_->list_pod_sandboxes("");
  for (const auto& s : *all)
    if (s.id == id) co_return s;
  FAIL("no sandbox " << id);
  co_return PodSandbox{};
}

base::Awaitable<bool> Node::changed() {
  const bool seen = co_await changed_.wait_for(patience);
  changed_.reset();
  co_return seen;
}

base::Awaitable<Container> Node::ended(std::string id) {
  for (;;) {
    auto info = co_await container(id);
    if (info.state == Container::State::exited) co_return info;
    const bool seen = co_await changed();
    REQUIRE(seen);
  }
}

std::string slurp(const std::string& path) {
  std::ifstream in(path);
  std::stringstream out;
  out << in.rdbuf();
  return out.str();
}

std::string Node::log_text(const std::string& path) {
  std::istringstream lines(slurp(path));
  std::string line, out;
  while (std::getline(lines, line)) {
    std::istringstream fields(line);
    std::string time, stream, tag;
    fields >> time >> stream >> tag;
    out += line.substr(std::min(line.size(), time.size() + stream.size() + tag.size() + 3));
    if (tag == "F") out += '\n';
  }
  return out;
}

ContainerConfig shell_config(std::string script, std::string name) {
  ContainerConfig out;
  out.log_path = name + "/0.log";
  out.name = std::move(name);
  out.image = "busybox";
  out.command = {"sh", "-c", std::move(script)};
  return out;
}

void on_node(ProcessRuntimeOptions options, std::function<base::Awaitable<void>(Node&)> test) {
  TemporaryDirectory directory;
  base::Runtime::Options one_thread;
  one_thread.threads = 1;
  base::Runtime runtime(one_thread);
  const auto pool = runtime.blocking_pool();
  std::exception_ptr failure;
  runtime.run([&]() -> base::Awaitable<int> {
    auto ex = co_await boost::asio::this_coro::executor;
    Node node(ex, pool, directory.path(), options);
    co_await node.start();
    try {
      co_await test(node);
    } catch (...) {
      failure = std::current_exception();
    }
    co_await node.clean_up();
    co_await node.stop();
    co_return 0;
  });
  if (failure) std::rethrow_exception(failure);
}

std::string own_seconds(int number) {
  return std::to_string(1'000'000 + 10L * ::getpid() + number);
}

int sleepers(const std::string& seconds) {
  int out = 0;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator("/proc", error))
    if (slurp(entry.path() / "cmdline") == std::string("sleep") + '\0' + seconds + '\0') ++out;
  return out;
}

std::vector<std::string> isolations() {
  return {"auto", "none"};
}

base::Awaitable<std::string> output_of(Node& node, std::string id, std::string script) {
  std::vector<std::string> command{"sh", "-c", std::move(script)};
  auto result =
      co_await node.runtime().exec_sync(std::move(id), std::move(command), std::chrono::seconds(20));
  INFO((result ? result->err : result.error().message));
  REQUIRE(result);
  CHECK(result->exit_code == 0);
  co_return result->out;
}

}  // namespace node_agent::runtime::testing
