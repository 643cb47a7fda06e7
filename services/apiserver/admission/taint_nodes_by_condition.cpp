#include <algorithm>
#include <boost/json/array.hpp>
#include "api/object.hpp"
#include "apiserver/admission/plugins.hpp"

namespace apiserver::admission {
namespace {

namespace json = boost::json;
constexpr std::string_view not_ready_taint = "node.kubernetes.io/not-ready";

/// A new node takes no pods before it was seen to be ready.
class TaintNodesByCondition final : public Plugin {
 public:
  std::string_view name() const noexcept override { return "TaintNodesByCondition"; }
  bool handles(Operation o) const noexcept override { return o == Operation::create; }

  Outcome admit(Attributes& a, const Context&) const override {
    if (!a.is("", "nodes") || !a.subresource.empty()) return {};
    auto& taints = api::ensure(*a.object, {"spec", "taints"});
    if (!taints.is_array()) taints.emplace_array();
    auto& list = taints.get_array();
    const bool there = std::any_of(list.begin(), list.end(), [](const json::value& t) {
      return t.is_object() && api::get_string(t.get_object(), {"key"}) == not_ready_taint &&
             api::get_string(t.get_object(), {"effect"}) == "NoSchedule";
    });
    if (!there) list.push_back(json::object{{"key", not_ready_taint}, {"effect", "NoSchedule"}});
    return {};
  }
};

}  // namespace

std::shared_ptr<const Plugin> taint_nodes_by_condition(const PluginOptions&) {
  return std::make_shared<TaintNodesByCondition>();
}

}  // namespace apiserver::admission
