#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <vector>
#include "api/types/core_v1.hpp"
#include "base/error.hpp"

namespace node_agent::volumes {

struct File {
  std::string data;
  unsigned mode = 0644;
  std::int64_t user = -1;  ///< -1: the agent's own.
  friend bool operator==(const File&, const File&) = default;
};

/// The files of a volume, by their path in it.
using Payload = std::map<std::string, File>;

/// Error: invalid_argument for a path that is absolute, empty, has a part "..", or begins with "..".
base::Result<void> check_path(const std::string& path);
/// A number for "is it still the same"; nothing can be read out of it.
std::uint64_t fingerprint(const Payload& payload);

using Data = std::map<std::string, std::string>;
struct KeyRules {
  const char* key_word = "";  ///< For the message: "config", "secret".
  unsigned mode = 0644;       ///< Of items that name none.
  bool optional = false;      ///< Keys may be missing.
};
/// The keys of a ConfigMap or Secret as files: those `items` name, or all when there are none. Error:
/// not_found ("references non-existent config key: x").
base::Result<void> add_keys(const std::vector<const Data*>& data,
                            const std::vector<api::core::v1::KeyToPath>& items, const KeyRules& rules,
                            Payload& out);

}  // namespace node_agent::volumes
