#include "apiserver/admission/node_restriction_labels.hpp"
#include <algorithm>
#include <set>
#include <string_view>

namespace apiserver::admission {
namespace {

constexpr std::string_view well_known[] = {
    "kubernetes.io/hostname",
    "failure-domain.beta.kubernetes.io/zone",
    "failure-domain.beta.kubernetes.io/region",
    "topology.kubernetes.io/zone",
    "topology.kubernetes.io/region",
    "beta.kubernetes.io/instance-type",
    "node.kubernetes.io/instance-type",
    "kubernetes.io/os",
    "kubernetes.io/arch",
    "beta.kubernetes.io/os",
    "beta.kubernetes.io/arch",
};

/// True if `domain` is `parent` or below it.
bool within(std::string_view domain, std::string_view parent) {
  if (domain == parent) return true;
  return domain.size() > parent.size() && domain.ends_with(parent) &&
         domain[domain.size() - parent.size() - 1] == '.';
}

bool is_forbidden(std::string_view label) {
  const auto slash = label.find('/');
  if (slash == std::string_view::npos) return false;
  const auto domain = label.substr(0, slash);
  if (within(domain, "node-restriction.kubernetes.io")) return true;
  if (!within(domain, "kubernetes.io") && !within(domain, "k8s.io")) return false;
  if (within(domain, "kubelet.kubernetes.io") || within(domain, "node.kubernetes.io")) return false;
  return std::find(std::begin(well_known), std::end(well_known), label) == std::end(well_known);
}

void add_changed(const boost::json::object* from, const boost::json::object* to, std::set<std::string>& out) {
  if (!from) return;
  for (const auto& m : *from) {
    const auto* other = to ? to->if_contains(m.key()) : nullptr;
    if (!other || *other != m.value()) out.emplace(m.key());
  }
}

}  // namespace

std::vector<std::string> forbidden_node_labels(const boost::json::object* before,
                                               const boost::json::object* after) {
  std::set<std::string> changed;
  add_changed(before, after, changed);
  add_changed(after, before, changed);
  std::vector<std::string> out;
  std::copy_if(changed.begin(), changed.end(), std::back_inserter(out), is_forbidden);
  return out;
}

}  // namespace apiserver::admission
