#pragma once
#include <catch2/catch.hpp>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include "base/runtime.hpp"
#include "node-agent/runtime/process/process_runtime.hpp"

/// Results in assertions.
template <class T, class E>
struct Catch::StringMaker<boost::system::result<T, E>> {
  static std::string convert(const boost::system::result<T, E>& r) {
    return r ? "a value" : "error: " + r.error().message;
  }
};

/// A node with the process runtime, in a directory of its own, for tests.
namespace node_agent::runtime::testing {

/// Removed at the end, with everything in it.
class TemporaryDirectory {
 public:
  TemporaryDirectory();
  ~TemporaryDirectory();
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  std::filesystem::path operator/(const std::string& name) const {
    return std::filesystem::path(path_) / name;
  }
  const std::string& path() const noexcept { return path_; }

 private:
  std::string path_;
};

class Node {
 public:
  Node(base::Executor ex, base::Executor pool, std::string directory, ProcessRuntimeOptions options);

  /// (Re)starts the runtime object; what it runs goes on.
  base::Awaitable<void> start();
  base::Awaitable<void> stop();
  ProcessRuntime& runtime() { return *runtime_; }
  /// Ends everything there is.
  base::Awaitable<void> clean_up();

  base::Awaitable<std::string> sandbox(std::string uid = "uid-1");
  base::Awaitable<std::string> create(std::string sandbox_id, ContainerConfig config);
  /// Creates and starts `sh -c script`.
  base::Awaitable<std::string> shell(std::string sandbox_id, std::string script);
  base::Awaitable<Container> container(std::string id);
  /// Waits for a change until the container has ended; fails the test after half a minute.
  base::Awaitable<Container> ended(std::string id);
  base::Awaitable<PodSandbox> sandbox_info(std::string id);
  base::Awaitable<bool> changed();  ///< Something, within half a minute.
  /// The text of a container's log, without times and tags.
  static std::string log_text(const std::string& path);

 private:
  base::Executor ex_, pool_;
  std::string directory_;
  ProcessRuntimeOptions options_;
  base::Event changed_;
  std::unique_ptr<ProcessRuntime> runtime_;
};

/// `sh -c script`, logging to NAME/0.log.
ContainerConfig shell_config(std::string script, std::string name = "main");
/// Runs `test` on a node whose runtime has been started, and ends what it left.
void on_node(ProcessRuntimeOptions options, std::function<base::Awaitable<void>(Node&)> test);
/// The isolations a test is run with: what the machine permits, and none.
std::vector<std::string> isolations();
/// How long to sleep so that a process can be told from those of every other test: "sleep SECONDS".
std::string own_seconds(int number);
/// How many processes of this machine are `sleep SECONDS`.
int sleepers(const std::string& seconds);
std::string slurp(const std::string& path);
/// What the command prints to stdout; its exit code has to be 0.
base::Awaitable<std::string> output_of(Node& node, std::string id, std::string script);

}  // namespace node_agent::runtime::testing
