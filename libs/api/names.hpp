#pragma once
#include <optional>
#include <string>
#include <string_view>

/// The syntax of names. Each returns upstream's message if `text` is wrong, nothing if it is right.
namespace api::names {
std::optional<std::string> dns1123_label(std::string_view text);
std::optional<std::string> dns1123_subdomain(std::string_view text);
std::optional<std::string> dns1035_label(std::string_view text);
std::optional<std::string> qualified_name(std::string_view text);  ///< Label keys, resource names.
std::optional<std::string> label_value(std::string_view text);
std::optional<std::string> path_segment(std::string_view text);  ///< RBAC names and the like.
std::optional<std::string> env_var_name(std::string_view text);
std::optional<std::string> config_map_key(std::string_view text);
std::optional<std::string> port_name(std::string_view text);
std::optional<std::string> ip_address(std::string_view text);
}  // namespace api::names
