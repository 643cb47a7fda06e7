#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>
#include "scheduler/framework/resources.hpp"
#include "scheduler/plugins/registry.hpp"

namespace scheduler::plugins {

/// The amount of a resource by name; 0 if there is none.
inline std::int64_t amount(const Resources& r, std::string_view name) {
  if (name == "cpu") return r.milli_cpu;
  if (name == "memory") return r.memory;
  if (name == "ephemeral-storage") return r.ephemeral_storage;
  const auto hit = r.scalar.find(name);
  return hit == r.scalar.end() ? 0 : hit->second;
}

/// cpu, memory, ephemeral-storage, then the others by name.
template <class F>
void for_each_resource(const Resources& r, F&& f) {
  f("cpu", r.milli_cpu);
  f("memory", r.memory);
  f("ephemeral-storage", r.ephemeral_storage);
  for (const auto& [name, value] : r.scalar)
    f(name, value);
}

/// A resource picked once by name, read often.
struct ResourceView {
  enum class Kind { cpu, memory, other } kind = Kind::other;
  std::string name;
  std::int64_t weight = 1;
  std::int64_t of(const Resources& r) const {
    if (kind == Kind::cpu) return r.milli_cpu;
    if (kind == Kind::memory) return r.memory;
    return amount(r, name);
  }
  bool scalar() const { return kind == Kind::other && name != "ephemeral-storage"; }
};

inline std::vector<ResourceView> view_of(const std::vector<ResourceWeight>& weights) {
  std::vector<ResourceView> out;
  for (const auto& w : weights) {
    const auto kind = w.name == "cpu"      ? ResourceView::Kind::cpu
                      : w.name == "memory" ? ResourceView::Kind::memory
                                           : ResourceView::Kind::other;
    out.push_back({kind, w.name, w.weight});
  }
  return out;
}

}  // namespace scheduler::plugins
