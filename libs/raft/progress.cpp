#include "raft/progress.hpp"
#include <algorithm>

namespace raft {

void Inflight::add(Index last, std::size_t bytes) {
  sent_.push_back({last, bytes});
  bytes_ += bytes;
}

void Inflight::acknowledge(Index upto) {
  while (!sent_.empty() && sent_.front().last <= upto)
    free_first();
}

void Inflight::free_first() {
  if (sent_.empty()) return;
  bytes_ -= sent_.front().bytes;
  sent_.pop_front();
}

void Inflight::clear() noexcept {
  sent_.clear();
  bytes_ = 0;
}

bool Progress::paused() const noexcept {
  switch (state) {
    case State::probe:
      return probe_sent;
    case State::replicate:
      return inflight.full();
    case State::snapshot:
      return true;
  }
  return true;
}

void Progress::become_probe() {
  state = State::probe;
  probe_sent = false;
  next = match + 1;
  inflight.clear();
}

void Progress::become_replicate() {
  state = State::replicate;
  probe_sent = false;
  next = match + 1;
  inflight.clear();
}

void Progress::become_snapshot() {
  state = State::snapshot;
  probe_sent = false;
  inflight.clear();
}

bool Progress::accepted(Index index) {
  inflight.acknowledge(index);
  probe_sent = false;
  next = std::max(next, index + 1);
  if (index <= match) return false;
  match = index;
  return true;
}

bool Progress::refused(Index previous, Index hint) {
  if (state == State::replicate) {
    if (previous <= match) return false;
    become_probe();
    return true;
  }
  if (state == State::snapshot || previous + 1 != next) return false;
  next = std::max(std::min(previous, hint + 1), match + 1);
  probe_sent = false;
  return true;
}

std::string_view to_string(Progress::State state) noexcept {
  switch (state) {
    case Progress::State::probe:
      return "probe";
    case Progress::State::replicate:
      return "replicate";
    case Progress::State::snapshot:
      return "snapshot";
  }
  return "?";
}

}  // namespace raft
