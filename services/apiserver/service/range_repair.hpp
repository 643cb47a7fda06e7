#pragma once
#include <map>
#include "apiserver/cache/feed.hpp"
#include "apiserver/service/reservations.hpp"

namespace apiserver {

/// Compares what Services hold with what is reserved, every three minutes: what is missing is reserved, what
/// nobody holds is given up once it was seen so in three passes. Runs on the strand of who calls `run`.
class RangeRepair {
 public:
  /// What is given outlives this.
  RangeRepair(cache::Feed& feed, const ObjectLookup& lookup, StoredReservations& reservations)
      : feed_(feed), lookup_(lookup), reservations_(reservations) {}

  base::Awaitable<void> run();
  /// False if the store could not be asked.
  base::Awaitable<bool> pass();

 private:
  base::Awaitable<void> take_missing(allocation::Holdings missing);
  base::Awaitable<void> give_leaked(allocation::Holdings leaked);

  cache::Feed& feed_;
  const ObjectLookup& lookup_;
  StoredReservations& reservations_;
  /// "IP OWNER" or "PORT OWNER" of what was leaked at the last pass, and in how many passes by now.
  std::map<std::string, int> suspects_;
};

}  // namespace apiserver
