#include "cel/time_zone.hpp"
#include <algorithm>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>
#include "cel/convert.hpp"

namespace cel {

namespace {

/// What a TZif file says (RFC 8536): from `starts[i]` on the offset is `offsets[i]`; `first` before all.
/// The rule for the years after the last one is not read: the system's files reach to 2037.
struct Zone {
  std::int32_t first = 0;
  std::vector<std::int64_t> starts;
  std::vector<std::int32_t> offsets;
};

class TzifReader {
 public:
  explicit TzifReader(std::string_view data) : data_(data) {}

  std::optional<Zone> read() {
    // The first part has times of 32 bits, for old readers; one with 64 bits follows from version 2 on.
    if (!header() || version_ < '2') return std::nullopt;
    skip(transitions_ * 5 + types_ * 6 + characters_ + leaps_ * 8 + standard_ + universal_);
    if (!header()) return std::nullopt;
    return body();
  }

 private:
  bool header() {
    if (!data_.starts_with("TZif") || data_.size() < 44) return false;
    version_ = data_[4];
    skip(20);
    for (std::uint64_t* n : {&universal_, &standard_, &leaps_, &transitions_, &types_, &characters_})
      *n = number(4);
    return types_ > 0 && transitions_ < 100'000 && types_ < 1000 && characters_ < 10'000 && leaps_ < 10'000;
  }

  std::optional<Zone> body() {
    if (data_.size() < transitions_ * 9 + types_ * 6) return std::nullopt;
    Zone zone;
    for (std::uint64_t i = 0; i < transitions_; ++i)
      zone.starts.push_back(static_cast<std::int64_t>(number(8)));
    std::vector<std::uint64_t> type_of(transitions_);
    for (auto& t : type_of)
      t = number(1);
    std::vector<std::int32_t> offsets;
    for (std::uint64_t i = 0; i < types_; ++i) {
      offsets.push_back(static_cast<std::int32_t>(number(4)));
      skip(2);
    }
    for (const auto t : type_of) {
      if (t >= offsets.size()) return std::nullopt;
      zone.offsets.push_back(offsets[t]);
    }
    zone.first = offsets[0];
    return zone;
  }

  void skip(std::uint64_t n) { data_.remove_prefix(std::min<std::uint64_t>(n, data_.size())); }
  std::uint64_t number(int bytes) {
    std::uint64_t value = 0;
    for (int i = 0; i < bytes && !data_.empty(); ++i, skip(1))
      value = value << 8 | static_cast<unsigned char>(data_[0]);
    return value;
  }

  std::string_view data_;
  char version_ = 0;
  std::uint64_t universal_ = 0, standard_ = 0, leaps_ = 0, transitions_ = 0, types_ = 0, characters_ = 0;
};

bool is_zone_name(std::string_view name) {
  const auto fine = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '+' || c == '-' || c == '/';
  };
  return !name.empty() && name.size() < 64 && name[0] != '/' && std::all_of(name.begin(), name.end(), fine);
}

const Zone* load(const std::string& name) {
  static std::mutex mutex;
  static auto* zones = new std::map<std::string, std::unique_ptr<const Zone>>;  // as many as there are files
  const std::lock_guard lock(mutex);
  if (const auto found = zones->find(name); found != zones->end()) return found->second.get();
  std::ifstream file("/usr/share/zoneinfo/" + name, std::ios::binary);
  const std::string data{std::istreambuf_iterator<char>(file), {}};
  auto zone = TzifReader(data).read();
  if (!zone) return nullptr;
  return zones->emplace(name, std::make_unique<const Zone>(std::move(*zone))).first->second.get();
}

/// "+02:00", "-8:30"
std::optional<std::int32_t> fixed_offset(std::string_view zone, std::size_t colon) {
  const auto hours = parse_integer(zone.substr(0, colon)), minutes = parse_integer(zone.substr(colon + 1));
  if (!hours || !minutes || *hours < -24 || *hours > 24 || *minutes < 0 || *minutes > 59) return std::nullopt;
  const std::int64_t sign = zone[0] == '-' ? -1 : 1;
  return static_cast<std::int32_t>((*hours * 60 + sign * *minutes) * 60);
}

}  // namespace

std::optional<std::int32_t> utc_offset(std::string_view name, std::int64_t seconds) {
  if (name.empty() || name == "UTC") return 0;
  if (const auto colon = name.find(':'); colon != std::string_view::npos) return fixed_offset(name, colon);
  if (!is_zone_name(name)) return std::nullopt;
  const Zone* zone = load(std::string(name));
  if (!zone) return std::nullopt;
  const auto after = std::upper_bound(zone->starts.begin(), zone->starts.end(), seconds);
  if (after == zone->starts.begin()) return zone->first;
  return zone->offsets[static_cast<std::size_t>(after - zone->starts.begin()) - 1];
}

}  // namespace cel
