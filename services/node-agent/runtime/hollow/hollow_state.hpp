#pragma once
#include <charconv>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>
#include "node-agent/runtime/hollow/address_range.hpp"
#include "node-agent/runtime/hollow/hollow_runtime.hpp"

/// What a HollowRuntime keeps. Only hollow_runtime.cpp knows it.
namespace node_agent::runtime::hollow {

using State = Container::State;

// What is kept: no more than what is asked for again. There may be thirty thousand of each in one process.
struct SandboxRecord {
  std::uint32_t number = 0, address = 0;  ///< Address 0: the host's network.
  int attempt = 0;
  bool ready = true;
  base::SystemTime created_at{};
};

struct ContainerRecord {
  std::uint32_t number = 0, sandbox = 0;
  int attempt = 0;
  State state = State::created;
  base::SystemTime created_at{}, started_at{}, finished_at{};
  std::string name, image, spec_hash;
};

struct PodRecord {
  std::string ns, name;
  std::vector<SandboxRecord> sandboxes;  ///< Oldest first, as containers are.
  std::vector<ContainerRecord> containers;
};

/// An id tells where to look: "<uid of the pod>.<number>".
struct Id {
  std::string uid;
  std::uint32_t number = 0;
};
inline Id parse_id(const std::string& text) {
  Id id;
  const auto dot = text.find_last_of('.');
  if (dot == std::string::npos) return id;
  std::from_chars(text.data() + dot + 1, text.data() + text.size(), id.number);
  id.uid = text.substr(0, dot);
  return id;
}
inline std::string id_text(const std::string& uid, std::uint32_t number) {
  return uid + "." + std::to_string(number);
}

inline void finish(ContainerRecord& c, base::SystemTime now) {
  if (c.state == State::exited) return;
  c.state = State::exited;
  c.finished_at = now;
}

struct HollowRuntime::Impl {
  Impl(const base::Clock& clock_, AddressRange addresses_)
      : clock(clock_), addresses(std::move(addresses_)) {}

  const base::Clock& clock;
  AddressRange addresses;
  OnChange on_change;
  std::unordered_map<std::string, PodRecord> pods;  ///< By uid.
  std::uint32_t last_number = 0;

  PodRecord* pod(const std::string& uid) {
    const auto it = pods.find(uid);
    return it == pods.end() ? nullptr : &it->second;
  }
  SandboxRecord* sandbox(const Id& id) {
    auto* p = pod(id.uid);
    if (!p) return nullptr;
    for (auto& s : p->sandboxes)
      if (s.number == id.number) return &s;
    return nullptr;
  }
  ContainerRecord* container(const Id& id) {
    auto* p = pod(id.uid);
    if (!p) return nullptr;
    for (auto& c : p->containers)
      if (c.number == id.number) return &c;
    return nullptr;
  }
  void tell(const std::string& uid) {
    if (on_change) on_change(uid);
  }
  void stop_sandbox(const std::string& uid, SandboxRecord& s) {
    if (s.address != 0) addresses.give_back(std::exchange(s.address, 0));
    s.ready = false;
    for (auto& c : pods.at(uid).containers)
      if (c.sandbox == s.number && c.state == State::running) finish(c, clock.now());
  }
  /// `visit` for one pod, or for all.
  template <class Visit>
  void each(const std::string& uid, Visit visit) {
    if (uid.empty())
      for (auto& [key, p] : pods)
        visit(key, p);
    else if (auto* p = pod(uid))
      visit(uid, *p);
  }
};

}  // namespace node_agent::runtime::hollow
