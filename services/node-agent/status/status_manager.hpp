#pragma once
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include "api/types/core_v1.hpp"
#include "base/async.hpp"
#include "client/rest.hpp"

namespace node_agent::status {

/// Brings the statuses of this node's pods to the API, one write a change: a pod has at most one write under
/// way, and changes made meanwhile are sent together after it. What fails is tried again, slower each time.
/// Belongs to the strand given.
class StatusManager {
 public:
  StatusManager(base::Executor strand, std::shared_ptr<client::RestClient> rest, int writers = 16);
  ~StatusManager();

  /// `pod` as the API has it; `status` what it should have. Nothing is sent when they are equal.
  void set(const api::core::v1::Pod& pod, api::core::v1::PodStatus status);
  /// Nothing of the pod is left here: when its last status has been written, the object is deleted with grace
  /// 0.
  void remove_when_written(const api::core::v1::Pod& pod);
  /// The object is gone: nothing more is written for it.
  void forget(const std::string& uid);
  /// True when everything set for the pod has reached the API.
  bool written(const std::string& uid) const;
  /// The same for every pod, objects to be deleted included.
  bool all_written() const;

  void start();
  /// Sends nothing more.
  base::Awaitable<void> stop();

 private:
  struct Entry {
    std::string ns, name;
    api::core::v1::PodStatus known, wanted;
    bool queued = false, under_way = false, remove = false;
    int failures = 0;
  };
  void enqueue(const std::string& uid, Entry& entry);
  base::Awaitable<void> write_loop();
  base::Awaitable<void> write(std::string uid);
  base::Awaitable<base::Result<void>> send(std::string uid);
  void finished(const std::string& uid, const base::Result<void>& result);

  base::Executor strand_;
  std::shared_ptr<client::RestClient> rest_;
  int writers_;
  std::map<std::string, Entry> entries_;  ///< By uid.
  std::deque<std::string> queue_;         ///< Uids with `queued` set, each once.
  base::Event work_;
  base::TaskGroup tasks_;
};

}  // namespace node_agent::status
