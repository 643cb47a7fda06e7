#include "controllers/deployment/replica_sets.hpp"
#include <algorithm>
#include <boost/json/serialize.hpp>

namespace controllers::deployment {
namespace {

constexpr std::string_view name_alphabet = "bcdfghjklmnpqrstvwxz2456789";
constexpr std::size_t replica_set_name_max = 253 - 6;  // Pods add "-" and five characters.

std::uint32_t fnv1a(std::string_view bytes, std::uint32_t hash = 2166136261u) noexcept {
  for (const unsigned char c : bytes)
    hash = (hash ^ c) * 16777619u;
  return hash;
}

base::SystemTime created(const ReplicaSet& rs) noexcept {
  return rs.metadata.creation_timestamp ? rs.metadata.creation_timestamp->at : base::SystemTime{};
}

}  // namespace

std::vector<std::shared_ptr<const ReplicaSet>> ReplicaSets::all() const {
  auto sets = old;
  if (current) sets.push_back(current);
  return sets;
}

ReplicaSets split(const Deployment& d, std::vector<std::shared_ptr<const ReplicaSet>> sets) {
  std::sort(sets.begin(), sets.end(), [](const auto& a, const auto& b) { return created_before(*a, *b); });
  ReplicaSets out;
  for (auto& rs : sets) {
    const bool matches = rs->spec.template_ && same_template(*rs->spec.template_, d.spec.template_);
    if (matches && !out.current)
      out.current = std::move(rs);
    else
      out.old.push_back(std::move(rs));
  }
  return out;
}

bool same_template(const api::core::v1::PodTemplateSpec& a, const api::core::v1::PodTemplateSpec& b) {
  auto labels_a = a.metadata.labels, labels_b = b.metadata.labels;
  labels_a.erase(hash_label);
  labels_b.erase(hash_label);
  return labels_a == labels_b && a.metadata.annotations == b.metadata.annotations &&
         a.metadata.finalizers == b.metadata.finalizers && a.spec == b.spec;
}

std::string template_hash(const api::core::v1::PodTemplateSpec& pod_template, std::int32_t collision_count) {
  // The typed form writes its fields in a fixed order, so the text is canonical.
  auto hash = fnv1a(boost::json::serialize(api::to_json(pod_template)));
  if (collision_count > 0) hash = fnv1a(std::to_string(collision_count), hash);
  auto text = std::to_string(hash);
  for (char& c : text)
    c = name_alphabet[static_cast<unsigned char>(c) % name_alphabet.size()];
  return text;
}

std::string replica_set_name(const std::string& deployment, const std::string& hash) {
  const auto room = replica_set_name_max - hash.size() - 1;
  return deployment.substr(0, room) + "-" + hash;
}

std::int32_t wanted(const Deployment& d) noexcept {
  return d.spec.replicas.value_or(1);
}
std::int32_t wanted(const ReplicaSet& rs) noexcept {
  return rs.spec.replicas.value_or(1);
}

Totals totals(const std::vector<std::shared_ptr<const ReplicaSet>>& sets) noexcept {
  Totals t;
  for (const auto& rs : sets) {
    t.wanted += wanted(*rs);
    t.actual += rs->status.replicas;
    t.ready += rs->status.ready_replicas.value_or(0);
    t.available += rs->status.available_replicas.value_or(0);
    const auto terminating = rs->status.terminating_replicas;
    t.terminating =
        t.terminating && terminating ? std::optional(*t.terminating + *terminating) : std::nullopt;
  }
  return t;
}

bool created_before(const ReplicaSet& a, const ReplicaSet& b) noexcept {
  return created(a) != created(b) ? created(a) < created(b) : a.metadata.name < b.metadata.name;
}

}  // namespace controllers::deployment
