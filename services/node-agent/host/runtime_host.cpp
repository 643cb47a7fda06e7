#include "node-agent/host/runtime_host.hpp"
#include <unistd.h>
#include <algorithm>
#include "base/log.hpp"
#include "node-agent/host/host_impl.hpp"

namespace node_agent::host {

namespace core = api::core::v1;
using base::Errc;
using base::Error;
using base::Result;
using pods::HostFailure;
using pods::PodIdentity;
using status::ContainerView;

namespace {

/// The kubelet's bounds: of all last words of a pod, and of what a command says.
constexpr std::size_t words_bytes_max = 12 * 1024, exec_bytes_max = 10 * 1024;

ContainerView::State state_of(runtime::Container::State state) {
  switch (state) {
    case runtime::Container::State::created:
      return ContainerView::State::created;
    case runtime::Container::State::running:
      return ContainerView::State::running;
    case runtime::Container::State::exited:
      return ContainerView::State::exited;
    case runtime::Container::State::unknown:
      break;
  }
  return ContainerView::State::unknown;
}

status::SandboxView view_of(const runtime::PodSandbox& s) {
  status::SandboxView v;
  v.id = s.id;
  v.ready = s.ready;
  v.ips = s.ips;
  v.attempt = s.config.attempt;
  v.created_at = s.created_at;
  return v;
}

/// Not there any more is as good as stopped or removed.
Result<void> or_gone(Result<void> done) {
  return !done && done.error().is(Errc::not_found) ? Result<void>() : done;
}

std::string name_of_machine() {
  char name[256] = {};
  return ::gethostname(name, sizeof name - 1) == 0 ? name : "localhost";
}

}  // namespace

RuntimeHost::Impl::Impl(HostContext context_, HostOptions options_)
    : context(std::move(context_)),
      options(std::move(options_)),
      machine_name(name_of_machine()),
      images(context.runtime, context.clock, context.events) {
  if (!options.root.empty()) files.emplace(options.root);
}

RuntimeHost::RuntimeHost(HostContext context, HostOptions options)
    : impl_(std::make_unique<Impl>(std::move(context), std::move(options))) {}
RuntimeHost::~RuntimeHost() = default;

void RuntimeHost::set_node_allocatable(std::map<std::string, api::Quantity> allocatable) {
  impl_->context.volumes.set_node_allocatable(allocatable);
  impl_->allocatable = std::move(allocatable);
}

std::string RuntimeHost::runtime_id(const std::string& container_id) const {
  const auto scheme = impl_->context.runtime.name() + "://";
  return container_id.starts_with(scheme) ? container_id.substr(scheme.size()) : container_id;
}

base::Awaitable<void> RuntimeHost::Impl::hear_last_words(std::string uid,
                                                         std::vector<runtime::Container> containers) {
  if (!files) co_return;
  for (const auto& c : containers) {
    if (c.state != runtime::Container::State::exited || words[uid].contains(c.id)) continue;
    std::function<std::string()> read = [this, &uid, &c] { return files->last_words(uid, c); };
    auto text = co_await blocking(std::move(read));
    words[uid][c.id] = std::move(text);
  }
}

ContainerView RuntimeHost::Impl::view_of(const runtime::Container& c, const std::string& uid,
                                         std::size_t bytes_max) const {
  ContainerView v;
  v.id = api_id(c.id);
  v.name = c.config.name;
  v.sandbox_id = c.sandbox_id;
  v.image = c.config.image;
  v.image_id = c.image_ref;
  v.state = state_of(c.state);
  v.restart_count = c.config.attempt;
  v.created_at = c.created_at;
  v.started_at = c.started_at;
  v.finished_at = c.finished_at;
  v.exit_code = c.exit_code;
  v.reason = c.reason;
  v.message = c.message;
  v.spec_hash = c.config.spec_hash;
  const auto pod = words.find(uid);
  if (pod == words.end()) return v;
  const auto said = pod->second.find(c.id);
  if (said == pod->second.end() || said->second.empty()) return v;
  v.message += (v.message.empty() ? "" : ": ") + said->second;
  if (v.message.size() > bytes_max) v.message = valid_utf8(v.message.substr(0, bytes_max));
  return v;
}

base::Awaitable<Result<status::PodView>> RuntimeHost::look(std::string pod_uid) {
  auto sandboxes = co_await impl_->context.runtime.list_pod_sandboxes(pod_uid);
  if (!sandboxes) co_return sandboxes.error();
  auto containers = co_await impl_->context.runtime.list_containers(pod_uid);
  if (!containers) co_return containers.error();
  co_await impl_->hear_last_words(pod_uid, *containers);
  std::set<std::string> names;
  for (const auto& c : *containers)
    names.insert(c.config.name);
  status::PodView view;
  for (const auto& s : *sandboxes)
    view.sandboxes.push_back(view_of(s));
  for (const auto& c : *containers)
    view.containers.push_back(
        impl_->view_of(c, pod_uid, words_bytes_max / std::max<std::size_t>(names.size(), 1)));
  co_return view;
}

base::Awaitable<HostFailure> RuntimeHost::prepare(PodPtr pod) {
  const auto uid = pod->metadata.uid;
  impl_->context.objects.retain(*pod);
  if (impl_->files && !impl_->prepared.contains(uid)) {
    const PodIdentity identity{uid, pod->metadata.namespace_, pod->metadata.name};
    std::function<Result<void>()> make = [this, identity] {
      return impl_->files->make_directories(identity);
    };
    const auto made = co_await impl_->blocking(std::move(make));
    if (!made)
      co_return HostFailure{"FailedToMakePodDataDirectories",
                            "error making pod data directories: " + made.error().message};
    impl_->prepared.insert(uid);
  }
  const auto done = co_await impl_->context.volumes.set_up(pod);
  if (!done) co_return HostFailure{"FailedMount", done.error().message};
  co_return HostFailure();
}

base::Awaitable<Result<void>> RuntimeHost::stop_container(std::string container_id,
                                                          std::chrono::seconds grace) {
  auto done = co_await impl_->context.runtime.stop_container(runtime_id(container_id), grace);
  co_return or_gone(std::move(done));
}

base::Awaitable<Result<void>> RuntimeHost::stop_sandbox(std::string sandbox_id) {
  auto done = co_await impl_->context.runtime.stop_pod_sandbox(std::move(sandbox_id));
  co_return or_gone(std::move(done));
}

base::Awaitable<Result<void>> RuntimeHost::remove_container(std::string container_id) {
  const auto id = runtime_id(container_id);
  if (!impl_->files) co_return co_await impl_->context.runtime.remove_container(id);
  auto all = co_await impl_->context.runtime.list_containers(std::string());
  if (!all) co_return all.error();
  const auto it = std::find_if(all->begin(), all->end(), [&](const auto& c) { return c.id == id; });
  if (it == all->end()) co_return Result<void>();
  const auto container = *it;
  auto removed = co_await impl_->context.runtime.remove_container(id);
  if (!removed) co_return removed;
  const auto label = container.config.labels.find("io.kubernetes.pod.uid");
  if (label == container.config.labels.end()) co_return removed;
  const auto uid = label->second;
  if (const auto pod = impl_->words.find(uid); pod != impl_->words.end()) pod->second.erase(id);
  std::function<bool()> remove = [this, uid, container] {
    impl_->files->remove_container(uid, container);
    return true;
  };
  co_await impl_->blocking(std::move(remove));
  co_return removed;
}

base::Awaitable<Result<void>> RuntimeHost::Impl::remove(std::string pod_uid) {
  auto sandboxes = co_await context.runtime.list_pod_sandboxes(pod_uid);
  if (!sandboxes) co_return sandboxes.error();
  for (const auto& s : *sandboxes) {
    auto removed = co_await context.runtime.remove_pod_sandbox(s.id);
    if (auto gone = or_gone(std::move(removed)); !gone) co_return gone;
  }
  auto torn = co_await context.volumes.tear_down(pod_uid);
  if (!torn || !files) co_return torn;
  std::function<Result<void>()> remove = [this, pod_uid] { return files->remove_pod(pod_uid); };
  co_return co_await blocking(std::move(remove));
}

base::Awaitable<Result<void>> RuntimeHost::clean_up(std::string pod_uid) {
  auto removed = co_await impl_->remove(pod_uid);
  if (!removed) co_return removed;
  impl_->context.objects.forget(pod_uid);
  impl_->images.forget(pod_uid);
  impl_->prepared.erase(pod_uid);
  impl_->words.erase(pod_uid);
  co_return Result<void>();
}

base::Awaitable<Result<pods::ExecOutput>> RuntimeHost::exec(std::string container_id,
                                                            std::vector<std::string> command,
                                                            std::chrono::seconds timeout) {
  auto ran = co_await impl_->context.runtime.exec_sync(runtime_id(container_id), std::move(command), timeout);
  if (!ran) co_return ran.error();
  pods::ExecOutput out;
  out.exit_code = ran->exit_code;
  out.output = (ran->out + ran->err).substr(0, exec_bytes_max);
  co_return out;
}

base::Awaitable<Result<std::vector<PodIdentity>>> RuntimeHost::pods_present() {
  auto sandboxes = co_await impl_->context.runtime.list_pod_sandboxes(std::string());
  if (!sandboxes) co_return sandboxes.error();
  std::map<std::string, PodIdentity> found;
  if (impl_->files) {
    std::function<std::vector<PodIdentity>()> list = [this] { return impl_->files->pods(); };
    auto on_disk = co_await impl_->blocking(std::move(list));
    for (auto& pod : on_disk)
      found[pod.uid] = std::move(pod);
  }
  for (const auto& s : *sandboxes)
    found[s.config.uid] = PodIdentity{s.config.uid, s.config.ns, s.config.name};
  std::vector<PodIdentity> out;
  for (auto& [uid, pod] : found)
    out.push_back(std::move(pod));
  co_return out;
}

}  // namespace node_agent::host
