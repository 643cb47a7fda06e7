#include "client/testing/object_tracker.hpp"
#include <boost/json.hpp>
#include <charconv>
#include "api/object.hpp"
#include "base/clock.hpp"
#include "base/random.hpp"

namespace client::testing {

namespace {

namespace json = boost::json;

std::string key_of(const std::string& ns, const std::string& name) {
  return ns.empty() ? name : ns + "/" + name;
}

std::string key_of(const api::Object& o) {
  return key_of(std::string(api::namespace_of(o)), std::string(api::name_of(o)));
}

bool has_status(const api::ResourceInfo& r) {
  return api::find_resource(r.group, r.version, r.resource + "/status") != nullptr;
}

bool has_finalizers(const api::Object& o) {
  const auto* list = api::get_array(o, {"metadata", "finalizers"});
  return list && !list->empty();
}

void add_finalizer(api::Object& o, std::string_view name) {
  auto& list = api::ensure(o, {"metadata", "finalizers"});
  if (!list.is_array()) list.emplace_array();
  for (const auto& f : list.as_array())
    if (f.is_string() && f.as_string() == name) return;
  list.as_array().emplace_back(name);
}

void take_member(api::Object& to, const api::Object& from, std::string_view name) {
  if (const auto* v = from.if_contains(name))
    to[name] = *v;
  else
    to.erase(name);
}

bool same_without(const api::Object& a, const api::Object& b) {
  auto strip = [](api::Object o) {
    o.erase("metadata");
    o.erase("status");
    return json::value(std::move(o));
  };
  return api::deep_equal(strip(a), strip(b));
}

/// What a write may not change: identity, times, deletion; and which half of the object it is about.
api::Object merged(const api::ResourceInfo& r, const api::Object& old, api::Object next,
                   const std::string& subresource) {
  if (subresource == "status") {
    api::Object out = old;
    take_member(out, next, "status");
    return out;
  }
  if (has_status(r)) take_member(next, old, "status");
  auto& metadata = api::metadata(next);
  const auto& before = old.at("metadata").as_object();
  for (auto name : {"name", "namespace", "uid", "creationTimestamp", "generation", "deletionTimestamp",
                    "deletionGracePeriodSeconds", "generateName"})
    take_member(metadata, before, name);
  if (!same_without(old, next) && metadata.contains("generation"))
    metadata["generation"] = metadata["generation"].to_number<std::int64_t>() + 1;
  return next;
}

bool ends_gracefully(const api::ResourceInfo& r, const api::Object& o, const DeleteOptions& options) {
  if (r.resource != "pods" || !r.group.empty()) return false;
  const auto phase = api::get_string(o, {"status", "phase"});
  if (api::get_string(o, {"spec", "nodeName"}).empty() || phase == "Succeeded" || phase == "Failed")
    return false;
  return options.grace_period_seconds.value_or(30) > 0;
}

}  // namespace

const json::value* ObjectTracker::find(const api::ResourceInfo& r, const std::string& ns,
                                       const std::string& name) const {
  const auto table = tables_.find(table_of(r));
  if (table == tables_.end()) return nullptr;
  const auto hit = table->second.find(key_of(r.namespaced ? ns : "", name));
  return hit == table->second.end() ? nullptr : &hit->second;
}

json::value* ObjectTracker::find(const api::ResourceInfo& r, const std::string& ns, const std::string& name) {
  return const_cast<Value*>(std::as_const(*this).find(r, ns, name));
}

api::StatusOr<json::value> ObjectTracker::get(const api::ResourceInfo& r, const std::string& ns,
                                              const std::string& name) const {
  if (const auto* hit = find(r, ns, name)) return *hit;
  return api::StatusError::not_found(r.group_resource(), name);
}

std::vector<json::value> ObjectTracker::list(const api::ResourceInfo& r, const std::string& ns) const {
  std::vector<Value> out;
  const auto table = tables_.find(table_of(r));
  if (table == tables_.end()) return out;
  for (const auto& [key, object] : table->second)
    if (ns.empty() || api::namespace_of(object.as_object()) == ns) out.push_back(object);
  return out;
}

json::value ObjectTracker::store(const api::ResourceInfo& r, Value object) {
  auto& slot = tables_[table_of(r)][key_of(object.as_object())];
  Change change{++revision_, slot.is_null() ? "ADDED" : "MODIFIED", table_of(r), slot, {}};
  api::metadata(object.as_object())["resourceVersion"] = std::to_string(revision_);
  slot = object;
  change.now = object;
  history_.push_back(std::move(change));
  if (on_change) on_change();
  return object;
}

void ObjectTracker::erase(const api::ResourceInfo& r, const std::string& key) {
  auto& table = tables_[table_of(r)];
  auto hit = table.find(key);
  Value last = hit->second;
  api::metadata(last.as_object())["resourceVersion"] = std::to_string(++revision_);
  history_.push_back(Change{revision_, "DELETED", table_of(r), hit->second, std::move(last)});
  table.erase(hit);
  if (on_change) on_change();
}

json::value ObjectTracker::put(const api::ResourceInfo& r, Value object) {
  return store(r, std::move(object));
}

api::StatusOr<json::value> ObjectTracker::create(const api::ResourceInfo& r, const std::string& ns,
                                                 Value body) {
  if (!body.is_object()) return api::StatusError::bad_request("the body is not an object");
  auto& o = body.as_object();
  auto& metadata = api::metadata(o);
  if (r.namespaced && !ns.empty()) metadata["namespace"] = ns;
  if (api::name_of(o).empty()) {
    const auto prefix = api::get_string(o, {"metadata", "generateName"});
    if (prefix.empty()) return api::StatusError::bad_request("name or generateName is required");
    metadata["name"] = std::string(prefix) + base::random_name_suffix();
  }
  const std::string name(api::name_of(o));
  if (find(r, ns, name)) return api::StatusError::already_exists(r.group_resource(), name);
  metadata["uid"] = base::random_uuid();
  metadata["creationTimestamp"] = base::format_rfc3339(base::Clock::real().now());
  if (o.contains("spec")) metadata["generation"] = 1;
  o["apiVersion"] = r.group_version().text();
  o["kind"] = r.kind;
  return store(r, std::move(body));
}

api::StatusOr<json::value> ObjectTracker::update(const api::ResourceInfo& r, const std::string& ns,
                                                 const std::string& name, const std::string& subresource,
                                                 Value body) {
  const auto* old = find(r, ns, name);
  if (!old) return api::StatusError::not_found(r.group_resource(), name);
  if (!body.is_object()) return api::StatusError::bad_request("the body is not an object");
  const auto& before = old->as_object();
  const std::string wanted(api::resource_version_of(body.as_object()));
  if (!wanted.empty() && wanted != api::resource_version_of(before))
    return api::StatusError::conflict(
        r.group_resource(), name,
        "the object has been modified; please apply your changes to the latest version "
        "and try again");
  auto next = merged(r, before, std::move(body.as_object()), subresource);
  api::metadata(next)["resourceVersion"] = std::string(api::resource_version_of(before));
  if (api::deep_equal(json::value(next), *old)) return *old;
  DeleteOptions asked;
  asked.grace_period_seconds = api::get_int(next, {"metadata", "deletionGracePeriodSeconds"});
  const bool gone =
      api::is_deleting(next) && !has_finalizers(next) && has_finalizers(before) &&
      !ends_gracefully(r, next, asked);
  auto stored = store(r, json::value(std::move(next)));
  if (gone) erase(r, key_of(stored.as_object()));
  return stored;
}

api::StatusOr<json::value> ObjectTracker::patch(const api::ResourceInfo& r, const std::string& ns,
                                                const std::string& name, const std::string& subresource,
                                                PatchType type, const Value& body) {
  const auto* old = find(r, ns, name);
  if (!old) return api::StatusError::not_found(r.group_resource(), name);
  api::StatusOr<Value> next = *old;
  switch (type) {
    case PatchType::json:
      next = api::apply_json_patch(*old, body);
      break;
    case PatchType::merge:
      next = api::apply_merge_patch(*old, body);
      break;
    case PatchType::strategic:
      next = api::apply_strategic_merge_patch(*old, body, *r.type);
      break;
    case PatchType::apply:
      return api::StatusError::unsupported_media_type("application/apply-patch+yaml",
                                                      "json, merge and strategic merge patches");
  }
  if (!next) return next.error();
  return update(r, ns, name, subresource, std::move(*next));
}

api::StatusOr<json::value> ObjectTracker::bind(const std::string& ns, const std::string& name,
                                               const Value& binding) {
  const auto& pods = *api::find_resource("", "v1", "pods");
  const auto* old = find(pods, ns, name);
  if (!old) return api::StatusError::not_found(pods.group_resource(), name);
  auto pod = old->as_object();
  const std::string node(api::get_string(binding.as_object(), {"target", "name"}));
  const auto bound = api::get_string(pod, {"spec", "nodeName"});
  if (!bound.empty())
    return api::StatusError::conflict(
        pods.group_resource(), name,
        "pod " + name + " is already assigned to node \"" + std::string(bound) + "\"");
  api::ensure_object(pod, {"spec"})["nodeName"] = node;
  const auto now = base::format_rfc3339(base::Clock::real().now());
  json::value condition{{"type", "PodScheduled"}, {"status", "True"}, {"lastTransitionTime", now}};
  json::value patch{{"status", {{"conditions", json::array{condition}}}}};
  auto next = api::apply_strategic_merge_patch(json::value(std::move(pod)), patch, *pods.type);
  if (!next) return next.error();
  return store(pods, std::move(*next));
}

api::StatusOr<void> ObjectTracker::remove(const api::ResourceInfo& r, const std::string& ns,
                                          const std::string& name, const DeleteOptions& o) {
  const auto* old = find(r, ns, name);
  if (!old) return api::StatusError::not_found(r.group_resource(), name);
  auto next = old->as_object();
  if (!o.precondition_uid.empty() && o.precondition_uid != api::uid_of(next))
    return api::StatusError::conflict(r.group_resource(), name,
                                      "Precondition failed: UID in precondition: " + o.precondition_uid +
                                          ", UID in object meta: " + std::string(api::uid_of(next)));
  if (!o.precondition_resource_version.empty() &&
      o.precondition_resource_version != api::resource_version_of(next))
    return api::StatusError::conflict(r.group_resource(), name,
                                      "Precondition failed: ResourceVersion in precondition");
  if (o.propagation_policy == "Foreground") add_finalizer(next, "foregroundDeletion");
  if (o.propagation_policy == "Orphan") add_finalizer(next, "orphan");
  const bool graceful = ends_gracefully(r, next, o);
  if (!graceful && !has_finalizers(next)) {
    erase(r, key_of(next));
    return {};
  }
  const auto grace = graceful
                         ? o.grace_period_seconds.value_or(
                               api::get_int(next, {"spec", "terminationGracePeriodSeconds"}).value_or(30))
                         : 0;
  const auto until = base::Clock::real().now() + std::chrono::seconds(grace);
  api::set_default(next, {"metadata", "deletionTimestamp"}, base::format_rfc3339(until).c_str());
  api::metadata(next)["deletionGracePeriodSeconds"] = grace;
  if (!api::deep_equal(json::value(next), *old)) store(r, json::value(std::move(next)));
  return {};
}

void ObjectTracker::forget_history() {
  history_.clear();
  oldest_ = revision_;
}

api::StatusOr<ObjectFilter> ObjectFilter::make(std::string ns, const std::string& labels,
                                               const std::string& fields) {
  ObjectFilter filter;
  filter.ns_ = std::move(ns);
  auto l = api::LabelSelector::parse(labels);
  if (!l) return api::StatusError::bad_request(l.error().message);
  auto f = api::FieldSelector::parse(fields);
  if (!f) return api::StatusError::bad_request(f.error().message);
  filter.labels_ = std::move(*l);
  filter.fields_ = std::move(*f);
  return filter;
}

bool ObjectFilter::matches(const json::value& object) const {
  const auto& o = object.as_object();
  if (!ns_.empty() && api::namespace_of(o) != ns_) return false;
  if (!labels_.matches(api::labels_of(o))) return false;
  for (const auto& term : fields_.terms()) {
    const json::value* at = &object;
    for (std::size_t from = 0; at && from <= term.field.size();) {
      const auto dot = std::min(term.field.find('.', from), term.field.size());
      at = at->is_object() ? at->as_object().if_contains(term.field.substr(from, dot - from)) : nullptr;
      from = dot + 1;
    }
    std::string value;
    if (at && at->is_string())
      value = at->as_string();
    else if (at && !at->is_null())
      value = json::serialize(*at);
    if ((value == term.value) != term.equals) return false;
  }
  return true;
}

}  // namespace client::testing
