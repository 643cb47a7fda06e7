#include "controllers/endpointslice/written.hpp"
#include <charconv>

namespace controllers::endpointslice {
namespace {

std::uint64_t version_of(const EndpointSlice& slice) noexcept {
  const auto& text = slice.metadata.resource_version;
  std::uint64_t version = 0;
  std::from_chars(text.data(), text.data() + text.size(), version);
  return version;
}

}  // namespace

void Written::wrote(const std::string& service, const EndpointSlice& slice, base::SystemTime now) {
  services_[service].slices[slice.metadata.uid] = {version_of(slice), now};
}

void Written::removed(const std::string& service, const EndpointSlice& slice, base::SystemTime now) {
  services_[service].slices[slice.metadata.uid] = {0, now};
}

bool Written::observe(const std::string& service, const EndpointSlice& slice, bool gone) {
  const auto record = services_.find(service);
  if (record == services_.end()) return true;
  auto& expected = record->second.slices;
  const auto it = expected.find(slice.metadata.uid);
  if (it == expected.end()) return true;
  const auto wanted = it->second.version, shown = version_of(slice);
  if (!gone && (wanted == 0 || shown < wanted)) return false;  // What we did is still to come.
  expected.erase(it);
  return record->second.waiting || (gone ? wanted != 0 : shown != wanted);
}

bool Written::all_seen(const std::string& service, const std::vector<SlicePtr>& slices,
                       base::SystemTime now) {
  const auto record = services_.find(service);
  if (record == services_.end()) return true;
  std::map<std::string, std::uint64_t> shown;
  for (const auto& slice : slices)
    shown[slice->metadata.uid] = version_of(*slice);
  std::erase_if(record->second.slices, [&](const auto& entry) {
    const auto& [uid, expected] = entry;
    if (now - expected.since > timeout) return true;
    const auto it = shown.find(uid);
    return expected.version == 0 ? it == shown.end() : it != shown.end() && it->second >= expected.version;
  });
  const bool all = record->second.slices.empty();
  record->second.waiting = !all;
  if (all) services_.erase(record);
  return all;
}

}  // namespace controllers::endpointslice
