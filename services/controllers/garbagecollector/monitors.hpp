#pragma once
#include <functional>
#include <map>
#include <memory>
#include "client/reflector.hpp"
#include "controllers/garbagecollector/graph.hpp"

namespace controllers::garbagecollector {

/// Feeds the graph with one resource; keeps nothing itself. On the graph's strand.
class Monitor final : public client::InformerBase {
 public:
  Monitor(const api::ResourceInfo& resource, Graph& graph, std::function<void()> changed);
  bool synced() const noexcept override { return synced_; }
  const api::ResourceInfo& resource() const noexcept override { return resource_; }

 private:
  void replace(std::vector<boost::json::value> objects) override;
  void apply(const std::string& type, boost::json::value object) override;

  const api::ResourceInfo resource_;
  Graph& graph_;
  const Kind* const kind_;
  const std::function<void()> changed_;
  bool synced_ = false;
};

/// A monitor for each of the resources there are at a time. Lists and watches metadata only. On the graph's
/// strand.
class Monitors {
 public:
  Monitors(base::Executor strand, std::shared_ptr<client::RestClient> rest, Graph& graph,
           std::function<void()> changed);
  /// Starts what is new, ends what is gone (its objects are forgotten).
  base::Awaitable<void> watch_only(const std::vector<api::ResourceInfo>& resources);
  /// Until all have listed; false after `limit` or if cancelled.
  base::Awaitable<bool> wait_synced(std::chrono::nanoseconds limit);
  std::size_t size() const noexcept { return running_.size(); }
  base::Awaitable<void> stop();

 private:
  struct Running {
    std::unique_ptr<Monitor> monitor;
    std::unique_ptr<client::Reflector> reflector;
    std::unique_ptr<base::TaskGroup> task;
  };
  void start(const std::string& key, const api::ResourceInfo& resource);
  bool all_synced() const noexcept;

  const base::Executor strand_;
  const std::shared_ptr<client::RestClient> rest_;
  Graph& graph_;
  const std::function<void()> changed_;
  base::Event synced_;                      ///< Set whenever one more has listed.
  std::map<std::string, Running> running_;  ///< By "group/version/resource".
  std::vector<Running> ending_;             ///< Cancelled, and still to be awaited.
};

}  // namespace controllers::garbagecollector
