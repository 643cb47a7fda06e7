#include "node-agent/environment/environment.hpp"
#include <algorithm>
#include "node-agent/environment/service_variables.hpp"

namespace node_agent::environment {

namespace core = api::core::v1;
using base::Errc;
using base::Error;
using base::Result;
using objects::ObjectSource;
using objects::ServiceSource;
using PodPtr = std::shared_ptr<const core::Pod>;

namespace {

/// Variables under construction: in order, found by name.
class Builder {
 public:
  explicit Builder(std::map<std::string, std::string> services) : services_(std::move(services)) {}

  void set(const std::string& name, std::string value) {
    const auto [it, fresh] = index_.try_emplace(name, variables_.size());
    if (fresh)
      variables_.emplace_back(name, std::move(value));
    else
      variables_[it->second].second = std::move(value);
  }
  std::optional<std::string> find(const std::string& name) const {
    if (const auto it = index_.find(name); it != index_.end()) return variables_[it->second].second;
    if (const auto it = services_.find(name); it != services_.end()) return it->second;
    return std::nullopt;
  }
  Variables take() {
    for (auto& [name, value] : services_)
      if (!index_.contains(name)) variables_.emplace_back(name, std::move(value));
    return std::move(variables_);
  }

 private:
  std::map<std::string, std::string> services_;
  Variables variables_;
  std::map<std::string, std::size_t> index_;
};

/// What to do with an object that could not be had: nothing if it is optional and not there.
bool may_be_missing(const Error& error, std::optional<bool> optional) {
  return optional.value_or(false) && error.is(Errc::not_found);
}

base::Awaitable<Result<void>> add_all(const core::EnvFromSource& from, const std::string& ns,
                                      ObjectSource& objects, Builder& out) {
  if (from.config_map_ref) {
    auto map = co_await objects.config_map(ns, from.config_map_ref->name);
    if (!map) {
      if (may_be_missing(map.error(), from.config_map_ref->optional)) co_return Result<void>();
      co_return map.error();
    }
    for (const auto& [key, value] : (*map)->data)
      out.set(from.prefix + key, value);
  }
  if (from.secret_ref) {
    auto secret = co_await objects.secret(ns, from.secret_ref->name);
    if (!secret) {
      if (may_be_missing(secret.error(), from.secret_ref->optional)) co_return Result<void>();
      co_return secret.error();
    }
    for (const auto& [key, value] : (*secret)->data)
      out.set(from.prefix + key, value);
  }
  co_return Result<void>();
}

using Value = Result<std::optional<std::string>>;

base::Awaitable<Value> value_of(const core::ConfigMapKeySelector& ref, const std::string& ns,
                                ObjectSource& objects) {
  auto map = co_await objects.config_map(ns, ref.name);
  if (!map) {
    if (may_be_missing(map.error(), ref.optional)) co_return std::nullopt;
    co_return map.error();
  }
  const auto it = (*map)->data.find(ref.key);
  if (it != (*map)->data.end()) co_return it->second;
  if (ref.optional.value_or(false)) co_return std::nullopt;
  co_return Error(Errc::not_found, "couldn't find key " + ref.key + " in ConfigMap " + ns + "/" + ref.name);
}

base::Awaitable<Value> value_of(const core::SecretKeySelector& ref, const std::string& ns,
                                ObjectSource& objects) {
  auto secret = co_await objects.secret(ns, ref.name);
  if (!secret) {
    if (may_be_missing(secret.error(), ref.optional)) co_return std::nullopt;
    co_return secret.error();
  }
  const auto it = (*secret)->data.find(ref.key);
  if (it != (*secret)->data.end()) co_return it->second;
  if (ref.optional.value_or(false)) co_return std::nullopt;
  co_return Error(Errc::not_found, "couldn't find key " + ref.key + " in Secret " + ns + "/" + ref.name);
}

Value value(Result<std::string> text) {
  if (!text) return text.error();
  return std::optional<std::string>(std::move(*text));
}

/// None: the variable is not set.
base::Awaitable<Value> value_of(const core::EnvVar& e, const core::Pod& pod, const std::string& container,
                                const PodFacts& facts, ObjectSource& objects, const Builder& known) {
  if (!e.value_from)
    co_return std::optional<std::string>(expand(e.value, [&](const auto& name) { return known.find(name); }));
  const auto& from = *e.value_from;
  const std::string ns = pod.metadata.namespace_;
  if (from.field_ref) co_return value(field_value(pod, from.field_ref->field_path, facts));
  if (from.resource_field_ref)
    co_return value(resource_value(pod, container, *from.resource_field_ref, facts));
  if (from.config_map_key_ref) co_return co_await value_of(*from.config_map_key_ref, ns, objects);
  if (from.secret_key_ref) co_return co_await value_of(*from.secret_key_ref, ns, objects);
  co_return Error(Errc::unsupported,
                  "environment variable " + e.name + " is of a source that this node does not support");
}

Result<std::map<std::string, std::string>> variables_of_services(const core::Pod& pod,
                                                                 const ServiceSource* services) {
  if (!services) return std::map<std::string, std::string>();
  if (!services->synced())
    return Error(Errc::unavailable,
                 "services have not yet been read at least once, cannot construct envvars");
  return service_variables(services->services(pod.metadata.namespace_), services->services("default"),
                           pod.spec.enable_service_links.value_or(true));
}

}  // namespace

base::Awaitable<Result<Variables>> variables_of(PodPtr pod, core::Container container, PodFacts facts,
                                                ObjectSource& objects, const ServiceSource* services) {
  auto of_services = variables_of_services(*pod, services);
  if (!of_services) co_return of_services.error();
  Builder out(std::move(*of_services));
  const std::string ns = pod->metadata.namespace_;
  for (const auto& from : container.env_from) {
    auto added = co_await add_all(from, ns, objects, out);
    if (!added) co_return added.error();
  }
  for (const auto& e : container.env) {
    auto got = co_await value_of(e, *pod, container.name, facts, objects, out);
    if (!got) co_return got.error();
    if (*got) out.set(e.name, std::move(**got));
  }
  co_return out.take();
}

Lookup lookup_in(const Variables& variables) {
  return [&variables](const std::string& name) -> std::optional<std::string> {
    const auto it =
        std::find_if(variables.begin(), variables.end(), [&](const auto& v) { return v.first == name; });
    if (it == variables.end()) return std::nullopt;
    return it->second;
  };
}

std::vector<std::string> expand_all(const std::vector<std::string>& parts, const Variables& variables) {
  const auto lookup = lookup_in(variables);
  std::vector<std::string> out;
  out.reserve(parts.size());
  for (const auto& part : parts)
    out.push_back(expand(part, lookup));
  return out;
}

}  // namespace node_agent::environment
