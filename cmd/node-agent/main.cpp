#include <cstdio>
#include "frame/frame.hpp"
#include "node-agent/service/daemon.hpp"
#include "node-agent/service/kubelet_configuration.hpp"

int main(int argc, char** argv) {
  node_agent::AgentOptions options;
  // Before the flags are registered: what the file says becomes their defaults.
  if (auto loaded = node_agent::load_configuration(argc, argv, options); !loaded) {
    std::fprintf(stderr, "error: %s\n", loaded.error().message.c_str());
    return 2;
  }
  base::Flags flags("node-agent", "Runs the pods that are bound to this node.");
  options.add_to(flags);
  return frame::run(argc, argv, flags, [&options](base::Runtime& runtime) {
    return node_agent::run_daemon(runtime, options);
  });
}
