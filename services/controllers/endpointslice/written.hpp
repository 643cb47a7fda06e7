#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <vector>
#include "base/clock.hpp"
#include "controllers/endpointslice/desired.hpp"

namespace controllers::endpointslice {

/// What was written and the informer has not shown yet, a Service. A plan made from an older view would make
/// slices twice, so it waits; for five minutes at most, should an event have been missed. Resource versions
/// are compared as the numbers they are (KEP-5504). Belongs to one strand.
class Written {
 public:
  static constexpr std::chrono::minutes timeout{5};

  /// `slice` as the server answered with it.
  void wrote(const std::string& service, const EndpointSlice& slice, base::SystemTime now);
  void removed(const std::string& service, const EndpointSlice& slice, base::SystemTime now);
  void forget(const std::string& service) { services_.erase(service); }

  /// The informer shows `slice` (or that it is gone). True if the Service must be looked at: the change is
  /// not ours, or the last look had to wait for it.
  bool observe(const std::string& service, const EndpointSlice& slice, bool gone);
  /// Whether `slices`, all that the informer has of the Service, show everything that was written.
  bool all_seen(const std::string& service, const std::vector<SlicePtr>& slices, base::SystemTime now);

 private:
  struct Expected {
    std::uint64_t version = 0;  ///< 0: that it is gone.
    base::SystemTime since;
  };
  struct Record {
    std::map<std::string, Expected> slices;  ///< By uid.
    bool waiting = false;                    ///< `all_seen` said no.
  };
  std::map<std::string, Record> services_;
};

}  // namespace controllers::endpointslice
