#include "controllers/namespaces/sweep.hpp"
#include <algorithm>
#include <boost/json/array.hpp>
#include "api/object.hpp"

namespace controllers::namespaces {
namespace {

constexpr std::int64_t finalizer_seconds = 15;  // What upstream grants whoever has a finalizer to work off.

std::string joined(const std::vector<std::string>& parts) {
  std::string out;
  for (const auto& p : parts)
    out += (out.empty() ? "" : ", ") + p;
  return out;
}

/// A condition that is "True" with `reason` and `message` when something is wrong.
struct Finding {
  const char* type;
  const char* good_reason;
  const char* good_message;
  const char* bad_reason;
  std::string bad_message;  ///< Empty: all is well.
};

std::string remaining_text(const Sweep& sweep) {
  std::vector<std::string> parts;
  for (const auto& r : sweep.remains)
    parts.push_back(r.resource + " has " + std::to_string(r.count) + " resource instances");
  return parts.empty() ? "" : "Some resources are remaining: " + joined(parts);
}

std::string finalizers_text(const Sweep& sweep) {
  std::map<std::string, std::int64_t> all;
  for (const auto& r : sweep.remains)
    for (const auto& [name, n] : r.finalizers)
      all[name] += n;
  std::vector<std::string> parts;
  for (const auto& [name, n] : all)
    parts.push_back(name + " in " + std::to_string(n) + " resource instances");
  return parts.empty() ? "" : "Some content in the namespace has finalizers remaining: " + joined(parts);
}

std::vector<Finding> findings(const Sweep& sweep) {
  const auto prefixed = [](const char* prefix, const std::vector<std::string>& failures) {
    return failures.empty() ? std::string() : prefix + joined(failures);
  };
  return {
      {"NamespaceDeletionDiscoveryFailure", "ResourcesDiscovered", "All resources successfully discovered",
       "DiscoveryFailed", prefixed("Discovery failed for some groups, ", sweep.discovery_failures)},
      {"NamespaceDeletionGroupVersionParsingFailure", "ParsedGroupVersions",
       "All legacy kube types successfully parsed", "GroupVersionParsingFailed", ""},
      {"NamespaceDeletionContentFailure", "ContentDeleted",
       "All content successfully deleted, may be waiting on finalization", "ContentDeletionFailed",
       prefixed("Failed to delete all resource types, ", sweep.deletion_failures)},
      {"NamespaceContentRemaining", "ContentRemoved", "All content successfully removed",
       "SomeResourcesRemain", remaining_text(sweep)},
      {"NamespaceFinalizersRemaining", "ContentHasNoFinalizers", "All content-preserving finalizers finished",
       "SomeFinalizersRemain", finalizers_text(sweep)},
  };
}

}  // namespace

std::optional<Remains> remains_of(const std::string& resource, const boost::json::value& list, bool pods) {
  const auto* root = list.if_object();
  const auto* items = root ? api::get_array(*root, {"items"}) : nullptr;
  if (!items || items->empty()) return std::nullopt;
  Remains out;
  out.resource = resource;
  out.count = static_cast<std::int64_t>(items->size()) +
              api::get_int(*root, {"metadata", "remainingItemCount"}).value_or(0);
  for (const auto& item : *items) {
    const auto* o = item.if_object();
    if (!o) continue;
    if (const auto* names = api::get_array(*o, {"metadata", "finalizers"}))
      for (const auto& name : *names)
        if (name.is_string()) ++out.finalizers[std::string(name.get_string())];
    if (pods)
      out.seconds =
          std::max(out.seconds, api::get_int(*o, {"spec", "terminationGracePeriodSeconds"}).value_or(0));
  }
  if (!out.finalizers.empty()) out.seconds = std::max(out.seconds, finalizer_seconds);
  return out;
}

std::vector<NamespaceCondition> next_conditions(const std::vector<NamespaceCondition>& before,
                                                const Sweep& sweep, base::SystemTime now) {
  auto out = before;
  for (const auto& f : findings(sweep)) {
    const bool bad = !f.bad_message.empty();
    auto it = std::find_if(out.begin(), out.end(), [&](const auto& c) { return c.type == f.type; });
    if (it == out.end()) it = out.insert(out.end(), NamespaceCondition{});
    NamespaceCondition next;
    next.type = f.type;
    next.status = bad ? "True" : "False";
    next.reason = bad ? f.bad_reason : f.good_reason;
    next.message = bad ? f.bad_message : f.good_message;
    next.last_transition_time = it->last_transition_time;
    if (next == *it) continue;
    next.last_transition_time = api::Time{std::chrono::floor<std::chrono::seconds>(now)};
    *it = std::move(next);
  }
  return out;
}

std::chrono::seconds look_again_after(const Sweep& sweep) noexcept {
  std::int64_t longest = 0;
  for (const auto& r : sweep.remains)
    longest = std::max(longest, r.seconds);
  return std::chrono::seconds(longest / 2 + 1);
}

bool has_finalizer(const Namespace& ns) noexcept {
  const auto& all = ns.spec.finalizers;
  return std::find(all.begin(), all.end(), finalizer) != all.end();
}

}  // namespace controllers::namespaces
