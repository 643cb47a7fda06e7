#pragma once
#include <list>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include "api/types/core_v1.hpp"
#include "base/clock.hpp"

namespace client {

/// Decides what becomes of one event: sent as new, counted on one sent before, or dropped. Three rules, as
/// client-go's tools/record has them:
///   - a source and object may cause 25 writes at once, then one every five minutes;
///   - past ten different messages of one kind (source, object, type, reason) in ten minutes, further ones
///   are told as
///     one, "(combined from similar events): ...";
///   - the same event again raises `count` and lastTimestamp of the one there is.
/// Remembers the 4,096 keys used last, for each rule. Pure: the time is an argument.
class EventCorrelator {
 public:
  using Event = api::core::v1::Event;
  struct Decision {
    Event event;         ///< Complete: name, count, times.
    bool known = false;  ///< Sent before under this name: patch it.
  };
  /// `event` holds what happened (involvedObject, source, type, reason, message). Empty: drop it.
  std::optional<Decision> correlate(Event event, base::SystemTime now);
  /// The event could not be written as expected (its object is gone): the next one is new.
  void forget(const Event& event);

 private:
  /// The least recently used keys go first.
  template <class V>
  class Cache {
   public:
    V& at(const std::string& key);
    void erase(const std::string& key);

   private:
    std::list<std::pair<std::string, V>> order_;
    std::unordered_map<std::string, typename std::list<std::pair<std::string, V>>::iterator> index_;
  };
  struct Bucket {
    double tokens = -1;
    base::SystemTime at{};
  };
  struct Group {
    std::set<std::string> messages;
    base::SystemTime last{};
  };
  struct Sent {
    int count = 0;
    std::string name;
    api::Time first{};
  };

  bool admit(const Event& event, base::SystemTime now);
  /// The key under which it is counted; rewrites the message of a combined one.
  std::string aggregate(Event& event, base::SystemTime now);

  Cache<Bucket> buckets_;
  Cache<Group> groups_;
  Cache<Sent> sent_;
};

}  // namespace client
