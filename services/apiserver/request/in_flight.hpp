#pragma once
#include <atomic>
#include <optional>
#include <utility>

/// How many requests are being served, and the place each of them holds.
namespace apiserver::request {

/// Thread-safe. Source: kube-apiserver's --max-requests-inflight and --max-mutating-requests-inflight.
class InFlight {
 public:
  InFlight(int reading_max, int mutating_max) : reading_max_(reading_max), mutating_max_(mutating_max) {}

  /// Held while the request is served.
  class Place {
   public:
    explicit Place(std::atomic<int>& count) noexcept : count_(&count) {}
    Place(Place&& other) noexcept : count_(std::exchange(other.count_, nullptr)) {}
    Place& operator=(Place&&) = delete;
    ~Place() {
      if (count_) count_->fetch_sub(1, std::memory_order_relaxed);
    }

   private:
    std::atomic<int>* count_;
  };
  /// Nothing when there are as many as may be; `always`: even then (the administrators' way in).
  std::optional<Place> enter(bool mutating, bool always) noexcept {
    auto& count = mutating ? mutating_ : reading_;
    const int max = mutating ? mutating_max_ : reading_max_;
    const int before = count.fetch_add(1, std::memory_order_relaxed);
    std::optional<Place> place(std::in_place, count);
    if (max > 0 && before >= max && !always) place.reset();
    return place;
  }
  int reading() const noexcept { return reading_.load(std::memory_order_relaxed); }
  int mutating() const noexcept { return mutating_.load(std::memory_order_relaxed); }

 private:
  const int reading_max_, mutating_max_;  ///< 0: no limit.
  std::atomic<int> reading_{0}, mutating_{0};
};

}  // namespace apiserver::request
