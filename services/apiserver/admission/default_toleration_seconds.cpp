#include <boost/json/array.hpp>
#include "api/object.hpp"
#include "apiserver/admission/plugins.hpp"
#include "apiserver/admission/pods.hpp"

namespace apiserver::admission {
namespace {

namespace json = boost::json;

bool tolerates(const json::array& tolerations, std::string_view taint) {
  for (const auto& t : tolerations) {
    if (!t.is_object()) continue;
    const auto key = api::get_string(t.get_object(), {"key"});
    const auto effect = api::get_string(t.get_object(), {"effect"});
    if ((key == taint || key.empty()) && (effect == "NoExecute" || effect.empty())) return true;
  }
  return false;
}

/// Lets pods stay on a lost node for a while, unless they say how long themselves.
class DefaultTolerationSeconds final : public Plugin {
 public:
  DefaultTolerationSeconds(std::int64_t not_ready, std::int64_t unreachable)
      : not_ready_(not_ready), unreachable_(unreachable) {}
  std::string_view name() const noexcept override { return "DefaultTolerationSeconds"; }
  bool handles(Operation o) const noexcept override {
    return o == Operation::create || o == Operation::update;
  }

  Outcome admit(Attributes& a, const Context&) const override {
    if (!pods::is_pod(a)) return {};
    auto& spec = api::ensure_object(*a.object, {"spec"});
    const auto* given = api::get_array(spec, {"tolerations"});
    json::array list = given ? *given : json::array();
    const auto before = list.size();
    add(list, "node.kubernetes.io/not-ready", not_ready_);
    add(list, "node.kubernetes.io/unreachable", unreachable_);
    if (list.size() != before) spec["tolerations"] = std::move(list);
    return {};
  }

 private:
  static void add(json::array& list, const char* taint, std::int64_t seconds) {
    if (tolerates(list, taint)) return;
    list.push_back(json::object{
        {"key", taint}, {"operator", "Exists"}, {"effect", "NoExecute"}, {"tolerationSeconds", seconds}});
  }

  std::int64_t not_ready_, unreachable_;
};

}  // namespace

std::shared_ptr<const Plugin> default_toleration_seconds(const PluginOptions& o) {
  return std::make_shared<DefaultTolerationSeconds>(o.default_not_ready_toleration_seconds,
                                                    o.default_unreachable_toleration_seconds);
}

}  // namespace apiserver::admission
