#include "scheduler/framework/plugin.hpp"

namespace scheduler {

void CycleState::write(const void* owner, std::shared_ptr<Data> data) {
  for (auto& [who, old] : data_)
    if (who == owner) {
      old = std::move(data);
      return;
    }
  data_.emplace_back(owner, std::move(data));
}

}  // namespace scheduler
