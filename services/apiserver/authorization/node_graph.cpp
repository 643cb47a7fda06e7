#include <mutex>
#include "api/object.hpp"
#include "apiserver/authorization/node_authorizer.hpp"

namespace apiserver::authorization {
namespace {

namespace json = boost::json;
using Kind = NodeGraph::Kind;

/// Calls `f` with each object in the array at `path`.
template <class F>
void each(const json::object& o, std::initializer_list<std::string_view> path, const F& f) {
  const auto* list = api::get_array(o, path);
  if (!list) return;
  for (const auto& item : *list) {
    if (item.is_object()) f(item.get_object());
  }
}

/// What a pod refers to, by kind and name within its namespace.
class References {
 public:
  explicit References(const json::object& pod) { collect(pod); }
  std::vector<std::pair<Kind, std::string>> found;

 private:
  void add(Kind kind, std::string_view name) {
    if (!name.empty()) found.emplace_back(kind, name);
  }

  void collect(const json::object& pod) {
    add(Kind::pod, api::name_of(pod));
    add(Kind::service_account, api::get_string(pod, {"spec", "serviceAccountName"}));
    each(pod, {"spec", "imagePullSecrets"},
         [&](const json::object& s) { add(Kind::secret, api::get_string(s, {"name"})); });
    for (const auto* list : {"initContainers", "containers", "ephemeralContainers"}) {
      each(pod, {"spec", list}, [&](const json::object& c) { container(c); });
    }
    each(pod, {"spec", "volumes"}, [&](const json::object& v) { volume(v, api::name_of(pod)); });
    each(pod, {"spec", "resourceClaims"}, [&](const json::object& c) {
      add(Kind::resource_claim, api::get_string(c, {"resourceClaimName"}));
    });
    each(pod, {"status", "resourceClaimStatuses"}, [&](const json::object& c) {
      add(Kind::resource_claim, api::get_string(c, {"resourceClaimName"}));
    });
  }

  void container(const json::object& c) {
    each(c, {"envFrom"}, [&](const json::object& e) {
      add(Kind::secret, api::get_string(e, {"secretRef", "name"}));
      add(Kind::config_map, api::get_string(e, {"configMapRef", "name"}));
    });
    each(c, {"env"}, [&](const json::object& e) {
      add(Kind::secret, api::get_string(e, {"valueFrom", "secretKeyRef", "name"}));
      add(Kind::config_map, api::get_string(e, {"valueFrom", "configMapKeyRef", "name"}));
    });
  }

  void volume(const json::object& v, std::string_view pod_name) {
    add(Kind::secret, api::get_string(v, {"secret", "secretName"}));
    add(Kind::config_map, api::get_string(v, {"configMap", "name"}));
    add(Kind::claim, api::get_string(v, {"persistentVolumeClaim", "claimName"}));
    if (api::get_object(v, {"ephemeral"})) {
      add(Kind::claim, std::string(pod_name).append("-").append(api::get_string(v, {"name"})));
    }
    for (const auto* source : {"cephfs", "rbd", "flexVolume", "iscsi", "scaleIO", "storageos"}) {
      add(Kind::secret, api::get_string(v, {source, "secretRef", "name"}));
    }
    add(Kind::secret, api::get_string(v, {"azureFile", "secretName"}));
    add(Kind::secret, api::get_string(v, {"csi", "nodePublishSecretRef", "name"}));
    each(v, {"projected", "sources"}, [&](const json::object& s) {
      add(Kind::secret, api::get_string(s, {"secret", "name"}));
      add(Kind::config_map, api::get_string(s, {"configMap", "name"}));
    });
  }
};

}  // namespace

std::vector<NodeGraph::Vertex> NodeGraph::references_of(const json::object& pod) {
  std::vector<Vertex> out;
  const std::string ns(api::namespace_of(pod));
  const auto* annotations = api::annotations_of(pod);
  const bool mirror = annotations && annotations->contains("kubernetes.io/config.mirror");
  // A node makes its mirror pods itself: what they name must not open anything but the pod.
  if (mirror) return {{Kind::pod, ns, std::string(api::name_of(pod))}};
  for (auto& [kind, name] : References(pod).found)
    out.push_back({kind, ns, std::move(name)});
  return out;
}

void NodeGraph::drop_pod_locked(const std::pair<std::string, std::string>& key) {
  const auto pod = pods_.find(key);
  if (pod == pods_.end()) return;
  for (const auto& v : pod->second.references) {
    const auto users = users_.find(v);
    if (users == users_.end()) continue;
    const auto count = users->second.find(pod->second.node);
    if (count != users->second.end() && --count->second == 0) users->second.erase(count);
    if (users->second.empty()) users_.erase(users);
  }
  pods_.erase(pod);
}

void NodeGraph::put_pod(const json::object& pod) {
  Pod entry{std::string(api::get_string(pod, {"spec", "nodeName"})), {}};
  if (!entry.node.empty()) entry.references = references_of(pod);
  const std::pair<std::string, std::string> key{api::namespace_of(pod), api::name_of(pod)};
  {
    // Most events of a pod change its status alone.
    std::shared_lock lock(mutex_);
    const auto old = pods_.find(key);
    if (old != pods_.end() && old->second.node == entry.node && old->second.references == entry.references)
      return;
  }
  std::unique_lock lock(mutex_);
  drop_pod_locked(key);
  for (const auto& v : entry.references)
    ++users_[v][entry.node];
  if (!entry.node.empty()) pods_.emplace(key, std::move(entry));
}

void NodeGraph::remove_pod(std::string_view ns, std::string_view name) {
  std::unique_lock lock(mutex_);
  drop_pod_locked({std::string(ns), std::string(name)});
}

void NodeGraph::drop_volume_locked(const std::string& name) {
  const auto it = volumes_.find(name);
  if (it == volumes_.end()) return;
  for (const auto& secret : it->second.secrets) {
    auto& of_secret = volumes_of_secret_[secret];
    of_secret.erase(name);
    if (of_secret.empty()) volumes_of_secret_.erase(secret);
  }
  volumes_.erase(it);
}

void NodeGraph::put_volume(const json::object& pv) {
  Volume entry{{Kind::claim, std::string(api::get_string(pv, {"spec", "claimRef", "namespace"})),
                std::string(api::get_string(pv, {"spec", "claimRef", "name"}))},
               {}};
  for (const auto* reference : {"nodePublishSecretRef", "nodeStageSecretRef", "nodeExpandSecretRef"}) {
    const auto* secret = api::get_object(pv, {"spec", "csi", reference});
    if (!secret) continue;
    entry.secrets.push_back({Kind::secret, std::string(api::get_string(*secret, {"namespace"})),
                             std::string(api::get_string(*secret, {"name"}))});
  }
  const std::string name(api::name_of(pv));
  std::unique_lock lock(mutex_);
  drop_volume_locked(name);
  for (const auto& secret : entry.secrets)
    volumes_of_secret_[secret].insert(name);
  volumes_.emplace(name, std::move(entry));
}

void NodeGraph::remove_volume(std::string_view name) {
  std::unique_lock lock(mutex_);
  drop_volume_locked(std::string(name));
}

bool NodeGraph::node_has_locked(std::string_view node, const Vertex& v) const {
  const auto it = users_.find(v);
  return it != users_.end() && it->second.find(node) != it->second.end();
}

bool NodeGraph::reaches(std::string_view node, Kind kind, std::string_view ns, std::string_view name) const {
  std::shared_lock lock(mutex_);
  const auto volume_reached = [&](std::string_view volume) {
    const auto it = volumes_.find(volume);
    return it != volumes_.end() && node_has_locked(node, it->second.claim);
  };
  if (kind == Kind::volume) return volume_reached(name);
  const Vertex v{kind, std::string(ns), std::string(name)};
  if (node_has_locked(node, v)) return true;
  const auto volumes = volumes_of_secret_.find(v);
  if (kind != Kind::secret || volumes == volumes_of_secret_.end()) return false;
  for (const auto& volume : volumes->second) {
    if (volume_reached(volume)) return true;
  }
  return false;
}

}  // namespace apiserver::authorization
