#pragma once
#include <chrono>
#include <map>
#include <set>
#include <string>
#include "base/clock.hpp"

namespace controllers::workload {

/// What a controller did and has not seen in its informer yet, so that it does not act twice on a stale view.
/// One record an owner's key: creations still to be seen (a number) and deletions (the pods' keys). A record
/// that is five minutes old no longer holds anybody up: an event was missed, and reconciling again is safer
/// than waiting. Belongs to one strand.
class Expectations {
 public:
  static constexpr std::chrono::minutes timeout{5};

  /// Replaces the record of `key`. The calls happen before the requests, so that no event can come first.
  void expect_creations(const std::string& key, int count, base::SystemTime now);
  void expect_deletions(const std::string& key, std::set<std::string> pods, base::SystemTime now);

  /// A creation was seen, or failed, or was not tried.
  void creation_observed(const std::string& key, int count = 1);
  void deletion_observed(const std::string& key, const std::string& pod);
  void forget(const std::string& key) { records_.erase(key); }

  /// Nothing outstanding, or it has been outstanding for too long.
  bool satisfied(const std::string& key, base::SystemTime now) const;

 private:
  struct Record {
    int creations = 0;
    std::set<std::string> deletions;
    base::SystemTime since;
  };
  std::map<std::string, Record> records_;
};

}  // namespace controllers::workload
