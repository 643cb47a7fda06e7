#include "controllers/endpointslice/packing.hpp"
#include <algorithm>

namespace controllers::endpointslice {
namespace {

using Endpoints = std::map<std::string, Endpoint>;

/// `slice` with the endpoints that are still wanted, as they are now; these are taken out of `wanted`.
EndpointSlice kept(const EndpointSlice& slice, const EndpointSlice& blank, Endpoints& wanted) {
  EndpointSlice next = slice;
  next.metadata.labels = blank.metadata.labels;
  // Of a Service that was made again under its name, whose old slices would be collected.
  next.metadata.owner_references = blank.metadata.owner_references;
  next.endpoints.clear();
  for (const auto& e : slice.endpoints) {
    const auto it = wanted.find(endpoint_key(e));
    if (it == wanted.end()) continue;
    next.endpoints.push_back(std::move(it->second));
    wanted.erase(it);
  }
  return next;
}

void fill(EndpointSlice& slice, Endpoints& wanted, std::size_t max) {
  while (!wanted.empty() && slice.endpoints.size() < max) {
    slice.endpoints.push_back(std::move(wanted.begin()->second));
    wanted.erase(wanted.begin());
  }
}

/// The fullest that takes `count` more; the end if none does.
std::vector<EndpointSlice>::iterator best_fit(std::vector<EndpointSlice>& slices, std::size_t count,
                                              std::size_t max) {
  auto best = slices.end();
  for (auto it = slices.begin(); it != slices.end(); ++it)
    if (it->endpoints.size() + count <= max &&
        (best == slices.end() || it->endpoints.size() > best->endpoints.size()))
      best = it;
  return best;
}

}  // namespace

Plan pack(const EndpointSlice& blank, PortGroup group, const std::vector<SlicePtr>& existing,
          std::size_t max) {
  Plan plan;
  auto& wanted = group.endpoints;
  std::vector<EndpointSlice> unchanged;
  for (const auto& slice : existing) {
    auto next = kept(*slice, blank, wanted);
    if (next == *slice)
      unchanged.push_back(std::move(next));
    else if (next.endpoints.empty())
      plan.remove.push_back(slice);
    else
      plan.update.push_back(std::move(next));
  }
  std::stable_sort(plan.update.begin(), plan.update.end(),
                   [](const auto& a, const auto& b) { return a.endpoints.size() > b.endpoints.size(); });
  for (auto& slice : plan.update)
    fill(slice, wanted, max);
  while (!wanted.empty()) {
    const auto fit = wanted.size() < max ? best_fit(unchanged, wanted.size(), max) : unchanged.end();
    const bool fits = fit != unchanged.end();
    auto& into = fits ? plan.update : plan.create;
    into.push_back(fits ? std::move(*fit) : blank);
    if (fits)
      unchanged.erase(fit);
    else
      into.back().ports = group.ports;
    fill(into.back(), wanted, max);
  }
  return plan;
}

}  // namespace controllers::endpointslice
