#include "raft-store/upkeep/space_keeper.hpp"
#include <algorithm>
#include "base/log.hpp"
#include "raft-store/upkeep/proposing.hpp"

namespace raft_store::upkeep {
namespace {

using namespace std::chrono_literals;
constexpr auto kEvery = 1s;
constexpr int kWarnEverySeconds = 600;

}  // namespace

std::optional<DiskSpace> disk_space(const std::filesystem::path& path) {
  std::error_code error;
  const std::filesystem::space_info info = std::filesystem::space(path, error);
  if (error) return {};
  return DiskSpace{static_cast<std::int64_t>(info.capacity), static_cast<std::int64_t>(info.available)};
}

SpaceKeeper::SpaceKeeper(replication::Replicator& replicator, const mvcc::Store& store, Quota& quota,
                         std::filesystem::path data_dir, base::Executor pool)
    : replicator_(replicator),
      store_(store),
      quota_(quota),
      data_dir_(std::move(data_dir)),
      pool_(std::move(pool)) {}

base::Awaitable<void> SpaceKeeper::run() {
  for (;;) {
    co_await measure();
    warn_of_low_disk();
    if (quota_.exhausted()) co_await raise_alarm();
    const bool slept = co_await base::sleep_for(kEvery);
    if (!slept) co_return;
  }
}

base::Awaitable<void> SpaceKeeper::measure() {
  std::function<void()> work = [this] {
    disk_ = disk_space(data_dir_);
    quota_.measured(static_cast<std::int64_t>(store_.size().total), disk_);
  };
  co_await base::run_blocking(pool_, std::move(work));
}

base::Awaitable<void> SpaceKeeper::raise_alarm() {
  const mvcc::wire::AlarmMember alarm{replicator_.status().id.value, mvcc::wire::AlarmType::nospace};
  for (const mvcc::wire::AlarmMember& raised : store_.alarms())
    if (raised.member_id == alarm.member_id && raised.alarm == alarm.alarm) co_return;
  mvcc::Command command =
      mvcc::wire::AlarmRequest{mvcc::wire::AlarmAction::activate, alarm.member_id, alarm.alarm};
  const auto raised = co_await propose<mvcc::wire::AlarmResponse>(replicator_, std::move(command));
  if (!raised) co_return;  // Tried again in a second.
  base::log::error("alarm NOSPACE: writing is refused until there is room and the alarm is taken back",
                   {{"data_bytes", store_.size().total},
                    {"data_bytes_max", quota_.limit()},
                    {"disk_available_bytes", disk_ ? disk_->available : 0}});
}

void SpaceKeeper::warn_of_low_disk() {
  if (!quota_.disk_is_low()) {
    seconds_to_warning_ = 0;
  } else if (--seconds_to_warning_ < 0) {
    seconds_to_warning_ = kWarnEverySeconds;
    base::log::warning("the disk is filling up; below its reserve the alarm NOSPACE is raised",
                       {{"path", data_dir_.string()}, {"available_bytes", disk_ ? disk_->available : 0}});
  }
}

}  // namespace raft_store::upkeep
