#pragma once
#include <optional>
#include <string>
#include <string_view>

/// The standard five fields of cron, and descriptors such as "@daily" and "@every 1h".
/// Source: crontab(5); the words are those of the parser upstream uses.
namespace apiserver::kinds {
std::optional<std::string> cron_schedule(std::string_view text);
/// An IANA time zone that this machine knows.
std::optional<std::string> time_zone(std::string_view name);
}  // namespace apiserver::kinds
