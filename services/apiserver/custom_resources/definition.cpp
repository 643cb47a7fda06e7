#include "apiserver/custom_resources/definition.hpp"
#include "api/decode.hpp"
#include "apiserver/cache/caches.hpp"
#include "apiserver/kinds/common.hpp"
#include "apiserver/kinds/custom_resource_definitions.hpp"

namespace apiserver::custom_resources {
namespace {

using kinds::at;

/// The newest version that is served and not deprecated, where it is newer than `than`; else empty.
std::string successor(const Object& spec, const std::string& than) {
  std::string best;
  kinds::each(spec, "versions", kinds::Path(), [&](const Object& v, const kinds::Path&) {
    const auto name = at(v, {"name"});
    if (!api::get_bool(v, {"served"}) || api::get_bool(v, {"deprecated"})) return;
    if (discovery::version_before(name, than) && (best.empty() || discovery::version_before(name, best)))
      best = name;
  });
  return best;
}

std::string deprecation_text(const Object& spec, const Object& version, const Shared& shared) {
  if (!api::get_bool(version, {"deprecated"})) return {};
  if (auto given = at(version, {"deprecationWarning"}); !given.empty()) return given;
  const auto name = at(version, {"name"});
  auto text = shared.group + "/" + name + " " + shared.kind + " is deprecated";
  const auto next = successor(spec, name);
  return next.empty() ? text : text + "; use " + shared.group + "/" + next + " " + shared.kind;
}

std::size_t hash_of_spec(const Object& object) {
  const auto* spec = object.if_contains("spec");
  return spec ? std::hash<std::string>()(api::encode(*spec)) : 0;
}

}  // namespace

Definition::Definition(const Object& object, std::shared_ptr<const Converter> converter,
                       std::shared_ptr<cache::ResourceCache> cache)
    : shared_(read_shared(object, std::move(converter))),
      generation_(api::get_int(object, {"metadata", "generation"}).value_or(0)),
      spec_hash_(hash_of_spec(object)),
      cache_(std::move(cache)) {
  if (!cache_)
    cache_ = std::make_shared<cache::ResourceCache>(
        cache::storage_prefix(shared_->group, shared_->plural), shared_->fields,
        [shared = shared_](std::string_view stored) { return freshened(*shared, stored); }, shared_);
  const bool terminating = kinds::definitions::is_true(object, "Terminating");
  const auto& spec = *api::get_object(object, {"spec"});
  kinds::each(spec, "versions", kinds::Path(), [&](const Object& version, const kinds::Path&) {
    auto made =
        std::make_unique<Version>(shared_, version, terminating, deprecation_text(spec, version, *shared_));
    made->cache = cache_;
    if (api::get_bool(version, {"storage"})) storage_ = made.get();
    (api::get_bool(version, {"served"}) ? served_ : hidden_).push_back(std::move(made));
  });
}

bool Definition::has_spec_of(const Object& object) const {
  return shared_->uid == api::uid_of(object) && spec_hash_ == hash_of_spec(object);
}

const Version* Definition::version(std::string_view name) const noexcept {
  for (const auto& v : served_)
    if (v->main().version == name) return v.get();
  return nullptr;
}

discovery::ResourceList Definition::resources() const {
  discovery::ResourceList out;
  for (const auto& v : served_)
    for (const auto& r : v->shown())
      out.push_back(&r);
  return out;
}

}  // namespace apiserver::custom_resources
