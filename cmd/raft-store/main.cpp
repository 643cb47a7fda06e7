#include <malloc.h>
#include "frame/frame.hpp"
#include "raft-store/service/daemon.hpp"

int main(int argc, char** argv) {
  // Answers of many megabytes come and go. Their memory is kept, not asked of the system again page by page.
  mallopt(M_MMAP_THRESHOLD, 32 << 20);
  mallopt(M_TRIM_THRESHOLD, 64 << 20);
  base::Flags flags("raft-store", "A member of the replicated key-value store, with etcd's v3 interface.");
  raft_store::Options options;
  options.add_to(flags);
  return frame::run(argc, argv, flags,
                    [&options](base::Runtime& runtime) { return raft_store::run_daemon(runtime, options); });
}
