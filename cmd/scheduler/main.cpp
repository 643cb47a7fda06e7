#include "scheduler/service/daemon.hpp"

int main(int argc, char** argv) {
  base::Flags flags("scheduler", "Binds pods to nodes.");
  scheduler::DaemonOptions options;
  options.add_to(flags);
  return frame::run(argc, argv, flags,
                    [&options](base::Runtime& runtime) { return scheduler::run_daemon(runtime, options); });
}
