#include "node-agent/objects/references.hpp"

namespace node_agent::objects {

namespace core = api::core::v1;
using Kind = Reference::Kind;

namespace {

class Collector {
 public:
  explicit Collector(std::string ns) : ns_(std::move(ns)) {}

  void add(Kind kind, const std::string& name) {
    if (!name.empty()) found_.insert({kind, ns_, name});
  }
  void add(const core::Volume& v) {
    if (v.config_map) add(Kind::config_map, v.config_map->name);
    if (v.secret) add(Kind::secret, v.secret->secret_name);
    if (!v.projected) return;
    for (const auto& source : v.projected->sources) {
      if (source.config_map) add(Kind::config_map, source.config_map->name);
      if (source.secret) add(Kind::secret, source.secret->name);
    }
  }
  void add(const core::Container& c) {
    for (const auto& from : c.env_from) {
      if (from.config_map_ref) add(Kind::config_map, from.config_map_ref->name);
      if (from.secret_ref) add(Kind::secret, from.secret_ref->name);
    }
    for (const auto& e : c.env) {
      if (!e.value_from) continue;
      if (e.value_from->config_map_key_ref) add(Kind::config_map, e.value_from->config_map_key_ref->name);
      if (e.value_from->secret_key_ref) add(Kind::secret, e.value_from->secret_key_ref->name);
    }
  }
  std::set<Reference> take() { return std::move(found_); }

 private:
  std::string ns_;
  std::set<Reference> found_;
};

}  // namespace

std::set<Reference> references_of(const core::Pod& pod) {
  Collector all(pod.metadata.namespace_);
  for (const auto& v : pod.spec.volumes)
    all.add(v);
  for (const auto* list : {&pod.spec.init_containers, &pod.spec.containers})
    for (const auto& c : *list)
      all.add(c);
  return all.take();
}

}  // namespace node_agent::objects
