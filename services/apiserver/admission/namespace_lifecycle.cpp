#include <algorithm>
#include "api/object.hpp"
#include "apiserver/admission/plugins.hpp"

namespace apiserver::admission {
namespace {

/// Nothing is created in a namespace that is not there or on its way out, and some namespaces stay.
class NamespaceLifecycle final : public Plugin {
 public:
  explicit NamespaceLifecycle(std::vector<std::string> kept) : kept_(std::move(kept)) {}
  std::string_view name() const noexcept override { return "NamespaceLifecycle"; }
  bool handles(Operation o) const noexcept override { return o != Operation::connect; }

  Outcome admit(Attributes& a, const Context& c) const override {
    if (a.is("", "namespaces")) return check_namespace(a);
    const bool review = a.is("authorization.k8s.io", "localsubjectaccessreviews");
    if (a.namespace_.empty() || a.operation == Operation::remove || review) return {};
    const auto ns = c.lookup->get("", "namespaces", "", a.namespace_);
    if (!ns) return Rejection{api::StatusError::not_found({"", "namespaces"}, a.namespace_), true};
    const bool ending = api::is_deleting(*ns) || api::get_string(*ns, {"status", "phase"}) == "Terminating";
    if (a.operation == Operation::create && ending) return terminating(a);
    return {};
  }

 private:
  Outcome check_namespace(const Attributes& a) const {
    const bool kept = std::find(kept_.begin(), kept_.end(), a.name) != kept_.end();
    const bool deletes = a.operation == Operation::remove && a.subresource.empty();
    if (deletes && kept) return forbidden(a, "this namespace may not be deleted");
    return {};
  }

  static Rejection terminating(const Attributes& a) {
    const std::string ns(a.namespace_);
    auto r =
        forbidden(a, "unable to create new content in namespace " + ns + " because it is being terminated");
    r.status.causes.push_back(
        {"NamespaceTerminating", "namespace " + ns + " is being terminated", "metadata.namespace"});
    return r;
  }

  std::vector<std::string> kept_;
};

}  // namespace

std::shared_ptr<const Plugin> namespace_lifecycle(const PluginOptions& options) {
  return std::make_shared<NamespaceLifecycle>(options.known_namespaces_kept);
}

}  // namespace apiserver::admission
