#include "apiserver/service/daemon.hpp"

int main(int argc, char** argv) {
  base::Flags flags("apiserver", "Serves the Kubernetes API out of a store that speaks etcd's v3 interface.");
  apiserver::Options options;
  options.add_to(flags);
  return frame::run(
      argc, argv, flags,
      [&options](base::Runtime& runtime) { return apiserver::run_daemon(runtime, options); },
      apiserver::runtime_options());
}
