#include "controllers/garbagecollector/resources.hpp"
#include <set>

namespace controllers::garbagecollector {
namespace {

/// With the schema where it is a built-in.
api::ResourceInfo completed(api::ResourceInfo r) {
  if (const auto* builtin = api::find_resource(r.group, r.version, r.resource)) r.type = builtin->type;
  return r;
}

std::string group_of(const std::string& api_version) {
  const auto slash = api_version.find('/');
  return slash == std::string::npos ? std::string() : api_version.substr(0, slash);
}

}  // namespace

std::shared_ptr<const Resources> Resources::from(const discovery::Discovered& found,
                                                 const Resources* before) {
  auto out = std::make_shared<Resources>();
  std::set<api::GroupResource> seen;
  for (const auto& r : found.resources)
    if (seen.insert(r.group_resource()).second) out->all_.push_back(completed(r));
  std::set<std::string> unread;
  for (const auto& failure : found.failed)
    unread.insert(failure.substr(0, failure.find(": ")));
  if (before)
    for (const auto& r : before->all_)
      if (unread.contains(r.group_version().text()) && seen.insert(r.group_resource()).second)
        out->all_.push_back(r);
  for (std::size_t i = 0; i < out->all_.size(); ++i)
    out->by_kind_.emplace(std::pair(out->all_[i].group, out->all_[i].kind), i);
  return out;
}

const api::ResourceInfo* Resources::find(const Kind& kind) const {
  const auto it = by_kind_.find({group_of(kind.api_version), kind.kind});
  return it == by_kind_.end() ? nullptr : &all_[it->second];
}

bool is_collected(const api::ResourceInfo& r) noexcept {
  if (r.resource == "events" && (r.group.empty() || r.group == "events.k8s.io")) return false;
  return discovery::has_verb(r, "list") && discovery::has_verb(r, "watch") &&
         discovery::has_verb(r, "delete");
}

bool is_builtin(const api::ResourceInfo& r) noexcept {
  return r.type != nullptr;
}

}  // namespace controllers::garbagecollector
