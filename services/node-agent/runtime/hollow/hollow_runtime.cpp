#include "node-agent/runtime/hollow/hollow_runtime.hpp"
#include <algorithm>
#include "node-agent/runtime/hollow/hollow_state.hpp"

namespace node_agent::runtime::hollow {

using base::Errc;
using base::Error;
using base::Result;

namespace {

Error not_found(const char* what, const std::string& id) {
  return Error(Errc::not_found, std::string(what) + " \"" + id + "\" not found");
}

/// A command that says nothing and succeeds.
class Silence final : public ProcessStream {
 public:
  base::Awaitable<Result<Output>> read() override { co_return Output(); }
  base::Awaitable<Result<void>> write(std::string) override { co_return Result<void>(); }
  base::Awaitable<void> close_input() override { co_return; }
  base::Awaitable<void> resize(std::uint16_t, std::uint16_t) override { co_return; }
  void abandon() override {}
};

}  // namespace

HollowRuntime::HollowRuntime(const base::Clock& clock, const std::string& pod_cidr) {
  auto range = AddressRange::parse(pod_cidr);
  impl_ = std::make_unique<Impl>(clock, std::move(range.value()));
}
HollowRuntime::~HollowRuntime() = default;

base::Awaitable<Result<void>> HollowRuntime::start(OnChange on_change) {
  impl_->on_change = std::move(on_change);
  co_return Result<void>();
}

base::Awaitable<void> HollowRuntime::stop() {
  impl_->on_change = nullptr;
  co_return;
}

base::Awaitable<Result<std::string>> HollowRuntime::run_pod_sandbox(PodSandboxConfig config) {
  SandboxRecord s;
  if (!config.host_network) {
    const auto address = impl_->addresses.take();
    if (!address) co_return address.error();
    s.address = *address;
  }
  s.number = ++impl_->last_number;
  s.attempt = config.attempt;
  s.created_at = impl_->clock.now();
  auto& pod = impl_->pods[config.uid];
  pod.ns = std::move(config.ns);
  pod.name = std::move(config.name);
  pod.sandboxes.push_back(s);
  co_return id_text(config.uid, s.number);
}

base::Awaitable<Result<void>> HollowRuntime::stop_pod_sandbox(std::string id) {
  const auto parsed = parse_id(id);
  auto* s = impl_->sandbox(parsed);
  if (!s || !s->ready) co_return Result<void>();
  impl_->stop_sandbox(parsed.uid, *s);
  impl_->tell(parsed.uid);
  co_return Result<void>();
}

base::Awaitable<Result<void>> HollowRuntime::remove_pod_sandbox(std::string id) {
  const auto parsed = parse_id(id);
  auto* s = impl_->sandbox(parsed);
  if (!s) co_return Result<void>();
  impl_->stop_sandbox(parsed.uid, *s);
  auto& pod = impl_->pods.at(parsed.uid);
  std::erase_if(pod.containers, [&](const auto& c) { return c.sandbox == parsed.number; });
  std::erase_if(pod.sandboxes, [&](const auto& other) { return other.number == parsed.number; });
  if (pod.sandboxes.empty()) impl_->pods.erase(parsed.uid);
  co_return Result<void>();
}

base::Awaitable<Result<std::vector<PodSandbox>>> HollowRuntime::list_pod_sandboxes(std::string pod_uid) {
  std::vector<PodSandbox> out;
  impl_->each(pod_uid, [&](const std::string& uid, const PodRecord& p) {
    for (auto s = p.sandboxes.rbegin(); s != p.sandboxes.rend(); ++s) {
      PodSandbox& o = out.emplace_back();
      o.id = id_text(uid, s->number);
      o.config.ns = p.ns;
      o.config.name = p.name;
      o.config.uid = uid;
      o.config.attempt = s->attempt;
      o.ready = s->ready;
      o.created_at = s->created_at;
      if (s->address != 0) o.ips = {AddressRange::text(s->address)};
    }
  });
  std::stable_sort(out.begin(), out.end(),
                   [](const auto& a, const auto& b) { return a.created_at > b.created_at; });
  co_return out;
}

base::Awaitable<Result<std::string>> HollowRuntime::create_container(std::string sandbox_id,
                                                                     ContainerConfig config) {
  const auto parsed = parse_id(sandbox_id);
  const auto* s = impl_->sandbox(parsed);
  if (!s) co_return not_found("sandbox", sandbox_id);
  if (!s->ready) co_return Error(Errc::unavailable, "sandbox \"" + sandbox_id + "\" is not running");
  ContainerRecord c;
  c.number = ++impl_->last_number;
  c.sandbox = s->number;
  c.attempt = config.attempt;
  c.created_at = impl_->clock.now();
  c.name = std::move(config.name);
  c.image = std::move(config.image);
  c.spec_hash = std::move(config.spec_hash);
  auto id = id_text(parsed.uid, c.number);
  impl_->pods.at(parsed.uid).containers.push_back(std::move(c));
  co_return id;
}

base::Awaitable<Result<void>> HollowRuntime::start_container(std::string id) {
  const auto parsed = parse_id(id);
  auto* c = impl_->container(parsed);
  if (!c) co_return not_found("container", id);
  if (c->state != State::created)
    co_return Error(Errc::conflict, "container \"" + id + "\" was started before");
  c->state = State::running;
  c->started_at = impl_->clock.now();
  impl_->tell(parsed.uid);
  co_return Result<void>();
}

base::Awaitable<Result<void>> HollowRuntime::stop_container(std::string id, std::chrono::seconds) {
  const auto parsed = parse_id(id);
  auto* c = impl_->container(parsed);
  if (!c) co_return not_found("container", id);
  if (c->state == State::exited) co_return Result<void>();
  finish(*c, impl_->clock.now());
  impl_->tell(parsed.uid);
  co_return Result<void>();
}

base::Awaitable<Result<void>> HollowRuntime::remove_container(std::string id) {
  const auto parsed = parse_id(id);
  if (auto* pod = impl_->pod(parsed.uid))
    std::erase_if(pod->containers, [&](const auto& c) { return c.number == parsed.number; });
  co_return Result<void>();
}

base::Awaitable<Result<std::vector<Container>>> HollowRuntime::list_containers(std::string pod_uid) {
  std::vector<Container> out;
  impl_->each(pod_uid, [&](const std::string& uid, const PodRecord& p) {
    for (auto c = p.containers.rbegin(); c != p.containers.rend(); ++c) {
      Container& o = out.emplace_back();
      o.id = id_text(uid, c->number);
      o.sandbox_id = id_text(uid, c->sandbox);
      o.config.name = c->name;
      o.config.attempt = c->attempt;
      o.config.image = c->image;
      o.config.spec_hash = c->spec_hash;
      o.state = c->state;
      o.created_at = c->created_at;
      o.started_at = c->started_at;
      o.finished_at = c->finished_at;
      if (c->state == State::exited) o.reason = "Completed";
      o.image_ref = c->image;
      o.log_path = "/dev/null";
    }
  });
  std::stable_sort(out.begin(), out.end(),
                   [](const auto& a, const auto& b) { return a.created_at > b.created_at; });
  co_return out;
}

base::Awaitable<Result<ExecResult>> HollowRuntime::exec_sync(std::string id, std::vector<std::string>,
                                                             std::chrono::seconds) {
  const auto* c = impl_->container(parse_id(id));
  if (!c || c->state != State::running) co_return not_found("running container", id);
  co_return ExecResult();
}

base::Awaitable<Result<std::shared_ptr<ProcessStream>>> HollowRuntime::exec(std::string id, ExecOptions) {
  const auto* c = impl_->container(parse_id(id));
  if (!c || c->state != State::running) co_return not_found("running container", id);
  std::shared_ptr<ProcessStream> stream = std::make_shared<Silence>();
  co_return stream;
}

base::Awaitable<Result<std::shared_ptr<ProcessStream>>> HollowRuntime::attach(std::string, ExecOptions) {
  co_return Error(Errc::unsupported, "a hollow container has no process to attach to");
}

base::Awaitable<Result<std::shared_ptr<ProcessStream>>> HollowRuntime::port_forward(std::string,
                                                                                    std::uint16_t) {
  co_return Error(Errc::unsupported, "a hollow pod has no ports to forward");
}

base::Awaitable<Result<std::string>> HollowRuntime::pull_image(std::string image) {
  co_return image;
}

base::Awaitable<Result<std::string>> HollowRuntime::image_status(std::string image) {
  co_return image;
}

base::Awaitable<Result<std::vector<ContainerStats>>> HollowRuntime::list_container_stats() {
  std::vector<ContainerStats> out;
  for (const auto& [uid, p] : impl_->pods)
    for (const auto& c : p.containers) {
      if (c.state != State::running) continue;
      auto& stats = out.emplace_back();
      stats.container_id = id_text(uid, c.number);
      stats.at = impl_->clock.now();
    }
  co_return out;
}

std::string pod_cidr_of(unsigned node_number) {
  const unsigned n = node_number % 65536;
  return "10." + std::to_string(n / 256) + "." + std::to_string(n % 256) + ".0/24";
}

}  // namespace node_agent::runtime::hollow
