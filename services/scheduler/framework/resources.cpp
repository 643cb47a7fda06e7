#include "scheduler/framework/resources.hpp"
#include <algorithm>

namespace scheduler {

namespace {

using api::core::v1::Container;
using api::core::v1::Pod;

constexpr std::int64_t default_milli_cpu = 100, default_memory = 200 * 1024 * 1024;

Resources container_requests(const Container& c, bool defaults) {
  Resources r;
  if (c.resources) r = Resources::from(c.resources->requests);
  if (!defaults) return r;
  const auto names = [&](const char* name) { return c.resources && c.resources->requests.contains(name); };
  if (!names("cpu")) r.milli_cpu = default_milli_cpu;
  if (!names("memory")) r.memory = default_memory;
  return r;
}

bool is_sidecar(const Container& c) {
  return c.restart_policy == "Always";
}

/// Only these may be asked for a pod as a whole.
bool pod_level(std::string_view name) {
  return name == "cpu" || name == "memory" || name.starts_with("hugepages-");
}

void apply_pod_level(const Pod& pod, Resources& total) {
  if (!pod.spec.resources) return;
  const auto whole = Resources::from(pod.spec.resources->requests);
  for (const auto& [name, quantity] : pod.spec.resources->requests) {
    if (!pod_level(name)) continue;
    if (name == "cpu")
      total.milli_cpu = whole.milli_cpu;
    else if (name == "memory")
      total.memory = whole.memory;
    else
      total.scalar[name] = quantity.value();
  }
}

}  // namespace

Resources Resources::from(const std::map<std::string, api::Quantity>& list) {
  Resources r;
  for (const auto& [name, quantity] : list) {
    if (name == "cpu")
      r.milli_cpu = quantity.milli_value();
    else if (name == "memory")
      r.memory = quantity.value();
    else if (name == "ephemeral-storage")
      r.ephemeral_storage = quantity.value();
    else if (name != "pods")
      r.scalar[name] = quantity.value();
  }
  return r;
}

void Resources::add(const Resources& o) {
  milli_cpu += o.milli_cpu;
  memory += o.memory;
  ephemeral_storage += o.ephemeral_storage;
  for (const auto& [name, value] : o.scalar)
    scalar[name] += value;
}

void Resources::subtract(const Resources& o) {
  milli_cpu -= o.milli_cpu;
  memory -= o.memory;
  ephemeral_storage -= o.ephemeral_storage;
  for (const auto& [name, value] : o.scalar)
    scalar[name] -= value;
}

void Resources::raise_to(const Resources& o) {
  milli_cpu = std::max(milli_cpu, o.milli_cpu);
  memory = std::max(memory, o.memory);
  ephemeral_storage = std::max(ephemeral_storage, o.ephemeral_storage);
  for (const auto& [name, value] : o.scalar)
    scalar[name] = std::max(scalar[name], value);
}

Resources requests_of(const Pod& pod, bool defaults) {
  Resources running;
  for (const auto& c : pod.spec.containers)
    running.add(container_requests(c, defaults));
  // Init containers run one after the other beside the sidecars started before them.
  Resources sidecars, starting;
  for (const auto& c : pod.spec.init_containers) {
    auto moment = container_requests(c, defaults);
    if (is_sidecar(c)) {
      sidecars.add(moment);
      starting.raise_to(sidecars);
      continue;
    }
    moment.add(sidecars);
    starting.raise_to(moment);
  }
  running.add(sidecars);
  running.raise_to(starting);
  apply_pod_level(pod, running);
  running.add(Resources::from(pod.spec.overhead));
  return running;
}

std::vector<HostPort> host_ports_of(const Pod& pod) {
  std::vector<HostPort> out;
  const auto collect = [&out](const Container& c) {
    for (const auto& p : c.ports) {
      if (p.host_port.value_or(0) <= 0) continue;
      out.push_back(
          {p.host_ip.empty() ? "0.0.0.0" : p.host_ip, p.protocol.empty() ? "TCP" : p.protocol, *p.host_port});
    }
  };
  for (const auto& c : pod.spec.containers)
    collect(c);
  for (const auto& c : pod.spec.init_containers)
    if (is_sidecar(c)) collect(c);
  return out;
}

}  // namespace scheduler
