#pragma once
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>
#include "api/resource.hpp"

namespace client {

/// The objects an informer knows, as immutable shared snapshots, by namespace and name, with named indexes.
/// Belongs to the informer's strand. Iteration is in key order, so equal inputs give equal outputs.
template <class T>
class Store {
 public:
  using Ptr = std::shared_ptr<const T>;
  using IndexFn = std::function<std::vector<std::string>(const T&)>;

  Ptr get(const std::string& key) const {  ///< "namespace/name" or "name"; null if absent.
    auto it = objects_.find(key);
    return it == objects_.end() ? nullptr : it->second;
  }
  std::vector<Ptr> list() const {
    std::vector<Ptr> out;
    out.reserve(objects_.size());
    for (const auto& [key, object] : objects_)
      out.push_back(object);
    return out;
  }
  std::vector<Ptr> list_namespace(const std::string& ns) const {
    std::vector<Ptr> out;
    for (auto it = objects_.lower_bound(ns + "/"); it != objects_.end() && it->first.starts_with(ns + "/");
         ++it)
      out.push_back(it->second);
    return out;
  }
  std::size_t size() const noexcept { return objects_.size(); }
  std::vector<std::string> keys() const {
    std::vector<std::string> out;
    for (const auto& [key, object] : objects_)
      out.push_back(key);
    return out;
  }

  /// Adds an index; objects already there are indexed at once.
  void add_index(std::string name, IndexFn fn) {
    auto& index = indexes_[std::move(name)];
    index.fn = std::move(fn);
    for (const auto& [key, object] : objects_)
      for (auto& v : index.fn(*object))
        index.keys[v][key] = object;
  }
  std::vector<Ptr> by_index(const std::string& name, const std::string& value) const {
    std::vector<Ptr> out;
    auto index = indexes_.find(name);
    if (index == indexes_.end()) return out;
    auto hit = index->second.keys.find(value);
    if (hit == index->second.keys.end()) return out;
    for (const auto& [key, object] : hit->second)
      out.push_back(object);
    return out;
  }

  /// Returns the object replaced, or null.
  Ptr put(const std::string& key, Ptr object) {
    Ptr old = take(key);
    for (auto& [name, index] : indexes_)
      for (auto& v : index.fn(*object))
        index.keys[v][key] = object;
    objects_[key] = std::move(object);
    return old;
  }
  /// Removes and returns it; null if absent.
  Ptr take(const std::string& key) {
    auto it = objects_.find(key);
    if (it == objects_.end()) return nullptr;
    Ptr old = it->second;
    for (auto& [name, index] : indexes_)
      for (auto& v : index.fn(*old)) {
        auto hit = index.keys.find(v);
        if (hit == index.keys.end()) continue;
        hit->second.erase(key);
        if (hit->second.empty()) index.keys.erase(hit);
      }
    objects_.erase(it);
    return old;
  }

 private:
  struct Index {
    IndexFn fn;
    std::map<std::string, std::map<std::string, Ptr>> keys;
  };
  std::map<std::string, Ptr> objects_;
  std::map<std::string, Index> indexes_;
};

/// "namespace/name", or "name" for cluster-scoped objects.
template <class T>
std::string key_of(const T& o) {
  return o.metadata.namespace_.empty() ? o.metadata.name : o.metadata.namespace_ + "/" + o.metadata.name;
}

}  // namespace client
