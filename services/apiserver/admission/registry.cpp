#include <algorithm>
#include "apiserver/admission/plugins.hpp"

namespace apiserver::admission {
namespace {

using Maker = std::shared_ptr<const Plugin> (*)(const PluginOptions&);

struct Entry {
  std::string_view name;
  Maker make;
  bool on_by_default;
};

/// Every plugin, in the order they run, which is upstream's.
constexpr Entry all_plugins[] = {
    {"NamespaceLifecycle", &namespace_lifecycle, true},
    {"ServiceAccount", &service_account, true},
    {"NodeRestriction", &node_restriction, true},
    {"TaintNodesByCondition", &taint_nodes_by_condition, true},
    {"Priority", &priority, true},
    {"DefaultTolerationSeconds", &default_toleration_seconds, true},
};

bool has(const std::vector<std::string>& list, std::string_view name) {
  return std::find(list.begin(), list.end(), name) != list.end();
}

base::Result<void> check_names(const std::vector<std::string>& names, const char* flag) {
  for (const auto& n : names) {
    const bool known = std::any_of(std::begin(all_plugins), std::end(all_plugins),
                                   [&](const Entry& e) { return e.name == n; });
    if (!known) {
      return base::Error(base::Errc::invalid_argument,
                         std::string(flag) + ": unknown admission plugin \"" + n + "\"");
    }
  }
  return {};
}

}  // namespace

base::Result<Chain> Chain::make(const PluginOptions& options) {
  if (auto r = check_names(options.enable, "--enable-admission-plugins"); !r) return r.error();
  if (auto r = check_names(options.disable, "--disable-admission-plugins"); !r) return r.error();
  Chain chain;
  for (const auto& e : all_plugins) {
    const bool on = !has(options.disable, e.name) && (e.on_by_default || has(options.enable, e.name));
    if (on) chain.plugins_.push_back(e.make(options));
  }
  return chain;
}

}  // namespace apiserver::admission
