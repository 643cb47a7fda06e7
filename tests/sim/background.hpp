#pragma once
#include <rocksdb/env.h>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

/// For sources only: includes RocksDB.
namespace sim {

/// An Env whose background work happens on one thread, in order, and can be waited for.
class Background final : public rocksdb::EnvWrapper {
 public:
  explicit Background(std::unique_ptr<rocksdb::Env> files);
  ~Background() override;

  void rest();  ///< Returns when nothing is left to do.

  void Schedule(void (*work)(void*), void* argument, Priority, void* tag, void (*drop)(void*)) override;
  int UnSchedule(void* tag, Priority) override;
  unsigned int GetThreadPoolQueueLen(Priority) const override { return 0; }
  void SetBackgroundThreads(int, Priority) override {}
  int GetBackgroundThreads(Priority) override { return 1; }
  void IncBackgroundThreadsIfNeeded(int, Priority) override {}
  void LowerThreadPoolIOPriority(Priority) override {}
  void LowerThreadPoolCPUPriority(Priority) override {}

 private:
  struct Task {
    void (*work)(void*);
    void* argument;
    void* tag;
    void (*drop)(void*);
  };
  void run();

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Task> tasks_;
  bool busy_ = false, ends_ = false;
  std::thread thread_;
};

}  // namespace sim
