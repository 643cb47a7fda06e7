#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

namespace cel {

/// Seconds east of UTC at a moment, in the zone of that name: "" and "UTC", "+02:00" and "-8:30", or one of
/// the system's (/usr/share/zoneinfo, read once each; the only file this library looks at). Empty if there is
/// no such zone.
std::optional<std::int32_t> utc_offset(std::string_view zone, std::int64_t seconds);

}  // namespace cel
