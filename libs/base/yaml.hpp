#pragma once
#include <boost/json/value.hpp>
#include <string>
#include <string_view>
#include <vector>
#include "base/error.hpp"

/// YAML as Kubernetes reads it: each document becomes the JSON value it stands for (YAML 1.1 core scalars).
namespace base {

struct YamlLimits {
  std::size_t bytes_max = 3 * 1024 * 1024;
  std::size_t depth_max = 128;
  std::size_t nodes_max = 1'000'000;  ///< After alias expansion: stops "billion laughs".
};

/// One document. Errors: invalid_argument with line and column; duplicate keys are an error.
Result<boost::json::value> parse_yaml(std::string_view text, const YamlLimits& limits = {});
/// All documents of a stream separated by `---`; empty ones are left out.
Result<std::vector<boost::json::value>> parse_yaml_stream(std::string_view text,
                                                          const YamlLimits& limits = {});
/// Block style, keys in the object's order, as kubectl prints it.
std::string to_yaml(const boost::json::value& value);

}  // namespace base
