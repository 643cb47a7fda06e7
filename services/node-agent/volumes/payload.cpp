#include "node-agent/volumes/payload.hpp"
#include <filesystem>
#include <functional>

namespace node_agent::volumes {

namespace core = api::core::v1;
namespace fs = std::filesystem;
using base::Errc;
using base::Error;
using base::Result;

Result<void> check_path(const std::string& path) {
  const auto bad = [&](const char* why) {
    return Error(Errc::invalid_argument, "invalid path \"" + path + "\": " + why);
  };
  if (path.empty()) return bad("must not be empty");
  if (path.front() == '/') return bad("must be relative path");
  if (path.starts_with("..")) return bad("must not start with '..'");
  if (path.find("//") != std::string::npos || path.back() == '/') return bad("must not contain empty parts");
  for (const auto& part : fs::path(path)) {
    if (part == "..") return bad("must not contain '..'");
    if (part == ".") return bad("must not contain '.'");
  }
  return {};
}

std::uint64_t fingerprint(const Payload& payload) {
  const std::hash<std::string> hash;
  std::uint64_t h = payload.size();
  const auto mix = [&](std::uint64_t v) { h = (h ^ v) * 0x9e3779b97f4a7c15 + (h >> 29); };
  for (const auto& [path, file] : payload) {
    mix(hash(path));
    mix(hash(file.data));
    mix(file.mode);
    mix(static_cast<std::uint64_t>(file.user));
  }
  return h;
}

Result<void> add_keys(const std::vector<const Data*>& data, const std::vector<core::KeyToPath>& items,
                      const KeyRules& rules, Payload& out) {
  if (items.empty()) {
    for (const auto* map : data)
      for (const auto& [key, value] : *map)
        out[key] = File{value, rules.mode, -1};
    return {};
  }
  for (const auto& item : items) {
    const std::string* value = nullptr;
    for (const auto* map : data)
      if (const auto it = map->find(item.key); it != map->end()) value = &it->second;
    if (!value && rules.optional) continue;
    if (!value)
      return Error(Errc::not_found,
                   std::string("references non-existent ") + rules.key_word + " key: " + item.key);
    if (auto ok = check_path(item.path); !ok) return ok;
    out[item.path] = File{*value, item.mode ? static_cast<unsigned>(*item.mode) : rules.mode, -1};
  }
  return {};
}

}  // namespace node_agent::volumes
