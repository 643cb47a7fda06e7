#pragma once
#include <boost/json/object.hpp>
#include <map>
#include <memory>
#include <set>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <vector>
#include "apiserver/authorization/authorizer.hpp"
#include "apiserver/authorization/policy_rule.hpp"

namespace apiserver::authorization {

/// Which objects the pods of each node refer to: what a node may read. Thread-safe. Fed by the caches of pods
/// and persistentvolumes.
class NodeGraph {
 public:
  /// Adds or replaces. A pod without a node, or a mirror pod, refers to nothing.
  void put_pod(const boost::json::object& pod);
  void remove_pod(std::string_view ns, std::string_view name);
  void put_volume(const boost::json::object& persistent_volume);
  void remove_volume(std::string_view name);

  enum class Kind { pod, secret, config_map, claim, volume, service_account, resource_claim };
  /// True if a pod bound to `node` refers to the object (a volume: through its claim; a secret also through a
  /// volume).
  bool reaches(std::string_view node, Kind kind, std::string_view ns, std::string_view name) const;

 private:
  struct Vertex {
    Kind kind;
    std::string namespace_, name;
    auto operator<=>(const Vertex&) const = default;
  };
  struct Pod {
    std::string node;
    std::vector<Vertex> references;
  };
  struct Volume {
    Vertex claim;
    std::vector<Vertex> secrets;
  };
  static std::vector<Vertex> references_of(const boost::json::object& pod);
  void drop_pod_locked(const std::pair<std::string, std::string>& key);
  void drop_volume_locked(const std::string& name);
  bool node_has_locked(std::string_view node, const Vertex& v) const;

  mutable std::shared_mutex mutex_;
  std::map<std::pair<std::string, std::string>, Pod> pods_;  // by namespace and name
  std::map<Vertex, std::map<std::string, int, std::less<>>>
      users_;  // object -> node -> pods that refer to it
  std::map<std::string, Volume, std::less<>> volumes_;
  std::map<Vertex, std::set<std::string>> volumes_of_secret_;
};

/// The Node mode. Source: Kubernetes documentation, "Using Node Authorization"; KEP-4601 (selectors).
/// Allow or no opinion; nobody but node identities gets an opinion.
class NodeAuthorizer final : public Authorizer {
 public:
  explicit NodeAuthorizer(std::shared_ptr<const NodeGraph> graph);
  Decision authorize(const Attributes& a) const override;
  void rules_for(const UserInfo& user, std::string_view ns, RuleList& out) const override;

 private:
  Decision authorize_node_resource(std::string_view node, const Attributes& a) const;
  Decision by_reference(std::string_view node, NodeGraph::Kind kind, const Attributes& a) const;
  std::shared_ptr<const NodeGraph> graph_;
  std::vector<CompiledRule> rules_;
};

}  // namespace apiserver::authorization
