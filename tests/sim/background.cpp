#include "sim/background.hpp"
#include <algorithm>

namespace sim {

Background::Background(std::unique_ptr<rocksdb::Env> files)
    : EnvWrapper(std::move(files)), thread_([this] { run(); }) {}

Background::~Background() {
  {
    const std::lock_guard lock(mutex_);
    ends_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void Background::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return ends_ || !tasks_.empty(); });
    if (ends_) return;
    const Task task = tasks_.front();
    tasks_.pop_front();
    busy_ = true;
    lock.unlock();
    task.work(task.argument);
    lock.lock();
    busy_ = false;
    changed_.notify_all();
  }
}

void Background::rest() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return tasks_.empty() && !busy_; });
}

void Background::Schedule(void (*work)(void*), void* argument, Priority, void* tag, void (*drop)(void*)) {
  const std::lock_guard lock(mutex_);
  tasks_.push_back({work, argument, tag, drop});
  changed_.notify_all();
}

int Background::UnSchedule(void* tag, Priority) {
  std::deque<Task> dropped;
  {
    const std::lock_guard lock(mutex_);
    const auto keeps = [&](const Task& task) { return task.tag != tag; };
    const auto from = std::stable_partition(tasks_.begin(), tasks_.end(), keeps);
    dropped.assign(from, tasks_.end());
    tasks_.erase(from, tasks_.end());
  }
  for (const Task& task : dropped)
    if (task.drop) task.drop(task.argument);
  changed_.notify_all();
  return static_cast<int>(dropped.size());
}

}  // namespace sim
