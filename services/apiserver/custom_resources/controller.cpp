#include "apiserver/custom_resources/controller.hpp"
#include "apiserver/custom_resources/conditions.hpp"
#include "apiserver/kinds/common.hpp"
#include "base/log.hpp"

namespace apiserver::custom_resources {
namespace {

using namespace std::chrono_literals;
using api::StatusOr;
using kinds::at;
namespace definitions = kinds::definitions;
constexpr auto after_failure = 1000ms;

/// Built in and served from elsewhere: a definition may not stand in its way.
bool overlaps_builtin(const Object& o) {
  const auto group = at(o, {"spec", "group"}), plural = at(o, {"spec", "names", "plural"});
  for (const auto& r : api::builtin_resources())
    if (r.group == group && r.resource == plural) return true;
  return false;
}

bool has_cleanup_finalizer(const Object& o) {
  const auto* list = api::get_array(o, {"metadata", "finalizers"});
  for (std::size_t i = 0; list && i < list->size(); ++i)
    if ((*list)[i].is_string() && (*list)[i].get_string() == definitions::cleanup_finalizer) return true;
  return false;
}

/// What the served form depends on beside the schemas.
bool same_service(const Definition& served, const Object& o) {
  const auto& s = served.shared();
  const bool terminating = definitions::is_true(o, "Terminating");
  const auto resources = served.resources();
  const bool was_terminating = !resources.empty() && resources.front()->verbs.size() < 8;
  const auto* names = api::get_object(o, {"status", "acceptedNames"});
  std::vector<std::string> short_names, categories;
  for (auto [member, out] : {std::pair("shortNames", &short_names), std::pair("categories", &categories)})
    if (const auto* list = names ? api::get_array(*names, {member}) : nullptr)
      for (const auto& v : *list)
        if (v.is_string()) out->emplace_back(v.get_string());
  return terminating == was_terminating && names && s.kind == at(*names, {"kind"}) &&
         s.singular == at(*names, {"singular"}) && s.list_kind == at(*names, {"listKind"}) &&
         s.short_names == short_names && s.categories == categories;
}

}  // namespace

Controller::Controller(base::Executor strand, Parts parts)
    : parts_(std::move(parts)), changed_(strand), tasks_(strand, "custom resources") {}

void Controller::put(const cache::Entry& entry) {
  Known known{entry.parse(), entry.revision()};
  const std::string name(entry.name());
  known_[name] = std::move(known);
  dirty_.insert(name);
  changed_.set();
}

void Controller::removed(std::string name) {
  known_.erase(name);
  dirty_.insert(std::move(name));
  changed_.set();
}

base::Awaitable<void> Controller::run() {
  bool more = true;
  while (more) {
    while (!dirty_.empty()) {
      const std::string name = *dirty_.begin();
      dirty_.erase(dirty_.begin());
      co_await sync(name);
    }
    settled_ = true;
    changed_.reset();
    if (!dirty_.empty()) continue;
    more = co_await changed_.wait();
  }
}

base::Awaitable<void> Controller::stop() {
  tasks_.cancel();
  co_await tasks_.join();
}

void Controller::look_at_group_again(const std::string& group, const std::string& but) {
  for (const auto& [name, known] : known_)
    if (name != but && at(known.object, {"spec", "group"}) == group) dirty_.insert(name);
}

void Controller::withdraw(const std::string& name) {
  const auto served = parts_.catalog->get(name);
  if (!served) return;
  parts_.catalog->remove(name);
  parts_.on_change();
}

base::Awaitable<void> Controller::sync(std::string name) {
  const auto found = known_.find(name);
  if (found == known_.end()) {
    const auto dot = name.find('.');
    withdraw(name);
    // It let go of its names.
    look_at_group_again(name.substr(dot + 1), name);
    co_return;
  }
  const Known known = found->second;
  Object object = known.object;
  std::vector<const Object*> others;
  for (const auto& [other, k] : known_)
    if (other != name && at(k.object, {"spec", "group"}) == at(object, {"spec", "group"}))
      others.push_back(&k.object);
  const bool changed = update_status(object, others, parts_.now());
  if (definitions::is_true(object, "Established") && !overlaps_builtin(object)) {
    const bool served = co_await serve(object);
    if (!served) {
      // The store was away, or the hook's CA cannot be read: again when there is something new, or later.
      tasks_.spawn("look again", [this, name]() -> base::Awaitable<void> {
        const bool slept = co_await base::sleep_for(after_failure);
        if (!slept) co_return;
        dirty_.insert(name);
        changed_.set();
      });
      co_return;
    }
  } else {
    withdraw(name);
  }
  if (changed) {
    const bool written = co_await write_status(known, object);
    if (written) look_at_group_again(at(object, {"spec", "group"}), name);
  }
  if (api::is_deleting(object) && has_cleanup_finalizer(object) && cleaning_.insert(name).second)
    tasks_.spawn("clean up", [this, name] { return clean_up(name); });
}

base::Awaitable<bool> Controller::serve(const Object& object) {
  const std::string name(api::name_of(object));
  const auto served = parts_.catalog->get(name);
  const bool same_spec = served && served->has_spec_of(object);
  const bool same_generation =
      served && served->generation() == api::get_int(object, {"metadata", "generation"}).value_or(0);
  if (same_spec && same_generation && same_service(*served, object)) co_return true;
  auto converter = converter_of(object, parts_.webhooks);
  if (!converter) {
    base::log::warning("cannot convert custom resources",
                       {{"definition", name}, {"error", converter.error()}});
    co_return false;
  }
  auto definition = std::make_shared<const Definition>(object, std::move(*converter),
                                                       same_spec ? served->cache() : nullptr);
  if (!same_spec) {
    auto filled = co_await parts_.feed->add(definition->cache());
    if (!filled) {
      base::log::warning("cannot read custom resources", {{"definition", name}, {"error", filled.error()}});
      co_return false;
    }
  }
  parts_.catalog->put(std::move(definition));
  parts_.on_change();
  co_return true;
}

base::Awaitable<StatusOr<void>> Controller::change(std::string name, std::string subresource,
                                                   registry::Change how) {
  registry::Call call;
  call.resource = api::find_resource("apiextensions.k8s.io", "v1", "customresourcedefinitions");
  call.body = subresource == "status"
                  ? api::find_resource("apiextensions.k8s.io", "v1", "customresourcedefinitions/status")
                  : call.resource;
  call.subresource = std::move(subresource);
  call.name = std::move(name);
  call.user = parts_.user;
  auto answer = co_await parts_.registry->update(std::move(call), std::move(how));
  if (!answer) co_return answer.error();
  co_return StatusOr<void>();
}

base::Awaitable<bool> Controller::write_status(const Known& known, Object object) {
  api::metadata(object)["resourceVersion"] = std::to_string(known.revision);
  std::string name(api::name_of(object));
  registry::Change how = [object](const Object&) -> StatusOr<Object> { return object; };
  const auto written = co_await change(name, "status", std::move(how));
  if (written) co_return true;
  // Changed or gone meanwhile: that comes as an event.
  if (written.error().code != 409 && written.error().code != 404) {
    base::log::warning("cannot write the status of a definition",
                       {{"name", name}, {"error", written.error().message}});
    tasks_.spawn("look again", [this, name]() -> base::Awaitable<void> {
      const bool slept = co_await base::sleep_for(after_failure);
      if (!slept) co_return;
      dirty_.insert(name);
      changed_.set();
    });
  }
  co_return false;
}

}  // namespace apiserver::custom_resources
