#include "cel/convert.hpp"
#include "cel/function.hpp"
#include "cel/time_zone.hpp"

/// The parts of timestamps and durations.
namespace cel {

namespace {

using Args = std::span<const Value>;

/// A moment in a zone.
struct Local {
  CivilDate date;
  std::int64_t days;    ///< Since 1970.
  std::int64_t second;  ///< Of the day.
  std::int32_t nanosecond;
};

std::int64_t full_year(const Local& t) {
  return t.date.year;
}
std::int64_t month(const Local& t) {
  return t.date.month - 1;
}
std::int64_t day_of_year(const Local& t) {
  return t.days - days_from_civil(t.date.year, 1, 1);
}
std::int64_t day_of_month(const Local& t) {
  return t.date.day - 1;
}
std::int64_t date(const Local& t) {
  return t.date.day;
}
std::int64_t day_of_week(const Local& t) {
  return ((t.days + 4) % 7 + 7) % 7;  // 1970 began on a Thursday; 0 is Sunday
}
std::int64_t hours(const Local& t) {
  return t.second / 3600;
}
std::int64_t minutes(const Local& t) {
  return t.second / 60 % 60;
}
std::int64_t seconds(const Local& t) {
  return t.second % 60;
}
std::int64_t milliseconds(const Local& t) {
  return t.nanosecond / 1'000'000;
}

template <std::int64_t (*part)(const Local&)>
Value of_timestamp(Evaluation& e, Args a) {
  const std::string_view zone = a.size() > 1 ? a[1].as_text() : std::string_view();
  const auto offset = utc_offset(zone, a[0].as_seconds());
  if (!offset) return e.fail("unknown time zone " + std::string(zone));
  const std::int64_t local = a[0].as_seconds() + *offset;
  const std::int64_t days = (local >= 0 ? local : local - 86399) / 86400;
  const Local t{civil_from_days(days), days, local - days * 86400, a[0].subsecond_nanoseconds()};
  return Value::integer(part(t));
}

template <std::int64_t nanoseconds>
Value of_duration(Evaluation&, Args a) {
  return Value::integer(a[0].as_nanoseconds() / nanoseconds);
}

}  // namespace

void add_times(FunctionTable& t) {
  struct Part {
    const char *id, *name;
    Native native;
  };
  for (const Part& p : {Part{"year", "getFullYear", of_timestamp<full_year>},
                        {"month", "getMonth", of_timestamp<month>},
                        {"day_of_year", "getDayOfYear", of_timestamp<day_of_year>},
                        {"day_of_month", "getDayOfMonth", of_timestamp<day_of_month>},
                        {"day_of_month_1_based", "getDate", of_timestamp<date>},
                        {"day_of_week", "getDayOfWeek", of_timestamp<day_of_week>},
                        {"hours", "getHours", of_timestamp<hours>},
                        {"minutes", "getMinutes", of_timestamp<minutes>},
                        {"seconds", "getSeconds", of_timestamp<seconds>},
                        {"milliseconds", "getMilliseconds", of_timestamp<milliseconds>}}) {
    const std::string id = "timestamp_to_" + std::string(p.id), name = "timestamp -> " + std::string(p.name);
    t.add(id, name + "(): int", p.native);
    t.add(id + "_with_tz", name + "(string): int", p.native);
  }
  t.add("duration_to_hours", "duration -> getHours(): int", of_duration<3'600'000'000'000>);
  t.add("duration_to_minutes", "duration -> getMinutes(): int", of_duration<60'000'000'000>);
  t.add("duration_to_seconds", "duration -> getSeconds(): int", of_duration<1'000'000'000>);
  t.add("duration_to_milliseconds", "duration -> getMilliseconds(): int", of_duration<1'000'000>);
}

}  // namespace cel
