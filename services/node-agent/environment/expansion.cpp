#include "node-agent/environment/expansion.hpp"

namespace node_agent::environment {

std::string expand(std::string_view text, const Lookup& lookup) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char next = i + 1 < text.size() ? text[i + 1] : '\0';
    if (text[i] != '$' || (next != '$' && next != '(')) {
      out += text[i];
      continue;
    }
    if (next == '$') {
      out += '$';
      ++i;
      continue;
    }
    const auto close = text.find(')', i + 2);
    if (close == std::string_view::npos) {
      out += "$(";
      ++i;
      continue;
    }
    const std::string name(text.substr(i + 2, close - i - 2));
    const auto value = lookup(name);
    out += value ? *value : "$(" + name + ")";
    i = close;
  }
  return out;
}

}  // namespace node_agent::environment
