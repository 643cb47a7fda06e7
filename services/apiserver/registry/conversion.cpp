#include "apiserver/registry/conversion.hpp"
#include <boost/json/serialize.hpp>
#include <map>
#include <mutex>
#include "api/decode.hpp"
#include "apiserver/registry/autoscaler_conversion.hpp"

namespace apiserver::registry {
namespace {

namespace json = boost::json;
using api::Object;

/// v2 before v1 before betas before alphas: what is stored is the most stable form, the newest of those.
int rank(std::string_view version) {
  const int number = version.size() > 1 ? version[1] - '0' : 0;
  if (version.find("alpha") != std::string_view::npos) return number;
  if (version.find("beta") != std::string_view::npos) return 10 + number;
  return 20 + number;
}

void rename(Object& o, std::string_view from, std::string_view to) {
  if (const auto* v = o.if_contains(from)) {
    json::value moved = *v;
    api::remove(o, {from});
    o[to] = std::move(moved);
  }
}

// Event: events.k8s.io names the same things otherwise. Source: the API reference of both groups.
constexpr std::pair<std::string_view, std::string_view> event_names[] = {
    {"regarding", "involvedObject"},
    {"note", "message"},
    {"deprecatedSource", "source"},
    {"deprecatedFirstTimestamp", "firstTimestamp"},
    {"deprecatedLastTimestamp", "lastTimestamp"},
    {"deprecatedCount", "count"},
    {"reportingController", "reportingComponent"}};

void event_to_core(Object& o) {
  for (const auto& [new_name, core_name] : event_names)
    rename(o, new_name, core_name);
}
void event_from_core(Object& o) {
  for (const auto& [new_name, core_name] : event_names)
    rename(o, core_name, new_name);
}

std::string api_version(const api::ResourceInfo& r) {
  return r.group.empty() ? r.version : r.group + "/" + r.version;
}

}  // namespace

const api::ResourceInfo& storage_resource(const api::ResourceInfo& served) {
  if (served.group == "events.k8s.io") return *api::find_resource("", "v1", "events");
  const api::ResourceInfo* best = &served;
  for (const auto& r : api::builtin_resources())
    if (r.group == served.group && r.resource == served.resource && rank(r.version) > rank(best->version))
      best = &r;
  return *best;
}

void to_storage(Object& object, const api::ResourceInfo& served) {
  const auto& stored = storage_resource(served);
  if (&stored == &served) return;
  if (served.resource == "events") event_to_core(object);
  if (served.resource == "horizontalpodautoscalers") autoscaler_to_v2(object);
  object["apiVersion"] = api_version(stored);
}

void from_storage(Object& object, const api::ResourceInfo& served) {
  if (api::get_string(object, {"apiVersion"}) == api_version(served)) return;
  if (served.resource == "events") event_from_core(object);
  if (served.resource == "horizontalpodautoscalers") autoscaler_from_v2(object);
  object["apiVersion"] = api_version(served);
}

bool is_of_version(std::string_view stored, std::string_view group_version) {
  constexpr std::string_view member = "\"apiVersion\":\"";
  const auto at = stored.find(member);
  if (at == std::string_view::npos) return false;
  stored.remove_prefix(at + member.size());
  return stored.starts_with(group_version) && stored.substr(group_version.size()).starts_with('"');
}

Presenter::Presenter(const api::ResourceInfo& served) : served_(served), wanted_(api_version(served)) {}

http::SharedBytes Presenter::operator()(const cache::EntryPtr& entry) const {
  if (is_of_version(*entry->json(), wanted_)) return entry->json();
  Object object = entry->parse();
  from_storage(object, served_);
  return http::make_bytes(api::encode(object));
}

}  // namespace apiserver::registry
