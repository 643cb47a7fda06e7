#include <cstdio>
#include <string_view>
#include "node-agent/runtime/shim/end.hpp"
#include "node-agent/runtime/shim/pause.hpp"
#include "node-agent/runtime/shim/supervisor.hpp"

int main(int argc, char** argv) {
  const std::string_view what = argc == 3 ? argv[1] : "";
  if (what == "run") return node_agent::shim::run_container(argv[2]);
  if (what == "pause") return node_agent::shim::run_pause(argv[2]);
  if (what == "probe") return node_agent::shim::run_probe(argv[2]);
  if (what == "end") return node_agent::shim::run_end(argv[2]);
  std::fprintf(stderr, "process-shim " COX_VERSION
                       ": supervises one container of the process runtime; node-agent starts it.\n"
                       "usage: process-shim run|pause|probe|end DIRECTORY\n");
  return argc == 2 && std::string_view(argv[1]) == "--help" ? 0 : 2;
}
