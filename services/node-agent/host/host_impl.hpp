#pragma once
#include <map>
#include <optional>
#include <set>
#include <string>
#include "node-agent/host/image_puller.hpp"
#include "node-agent/host/pod_dns.hpp"
#include "node-agent/host/pod_files.hpp"
#include "node-agent/host/runtime_host.hpp"

namespace node_agent::host {

/// What a RuntimeHost keeps. Only runtime_host.cpp and start_container.cpp know it.
struct RuntimeHost::Impl {
  Impl(HostContext context_, HostOptions options_);

  HostContext context;
  HostOptions options;
  std::string machine_name;
  std::optional<PodFiles> files;  ///< None: nothing is written to disk.
  ImagePuller images;
  std::map<std::string, api::Quantity> allocatable;
  std::set<std::string> prepared;  ///< Uids of pods whose directories are there.
  /// Last words of ended containers, by pod and container; they do not change any more.
  std::map<std::string, std::map<std::string, std::string>> words;

  /// Runs `work` on the pool.
  template <class T>
  base::Awaitable<T> blocking(std::function<T()> work) {
    std::optional<T> out;
    std::function<void()> job = [&] { out = work(); };
    co_await base::run_blocking(context.blocking_pool, std::move(job));
    co_return std::move(*out);
  }
  environment::PodFacts facts_of(const api::core::v1::Pod& pod, const status::SandboxView& sandbox) const;
  std::string api_id(const std::string& id) const { return context.runtime.name() + "://" + id; }

  // Looking; in runtime_host.cpp.
  base::Awaitable<void> hear_last_words(std::string uid, std::vector<runtime::Container> containers);
  status::ContainerView view_of(const runtime::Container& c, const std::string& uid,
                                std::size_t bytes_max) const;
  base::Awaitable<base::Result<void>> remove(std::string pod_uid);

  // Starting; in start_container.cpp.
  base::Awaitable<base::Result<runtime::ContainerConfig>> configure(PodPtr pod, api::core::v1::Container c,
                                                                    status::SandboxView sandbox,
                                                                    int restart_count);
  base::Awaitable<base::Result<void>> add_files(PodPtr pod, api::core::v1::Container c,
                                                environment::PodFacts facts,
                                                runtime::ContainerConfig& config);
  base::Awaitable<DnsConfig> dns_of(PodPtr pod);
};

}  // namespace node_agent::host
