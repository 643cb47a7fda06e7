#include "api/object.hpp"
#include "apiserver/admission/plugins.hpp"

namespace apiserver::admission {
namespace {

/// A CertificateSigningRequest says who made it, for those who approve it: nobody can say it of somebody
/// else. Upstream's strategy of the kind does this.
class CertificateRequester final : public Plugin {
 public:
  std::string_view name() const noexcept override { return "CertificateRequester"; }
  bool handles(Operation o) const noexcept override { return o == Operation::create; }

  Outcome admit(Attributes& a, const Context&) const override {
    if (!a.is("certificates.k8s.io", "certificatesigningrequests") || !a.subresource.empty()) return {};
    auto& spec = api::ensure_object(*a.object, {"spec"});
    for (const auto* member : {"username", "uid", "groups", "extra"})
      spec.erase(member);
    for (auto& [member, value] : a.user->to_json())
      spec[member] = std::move(value);
    return {};
  }
};

}  // namespace

std::shared_ptr<const Plugin> certificate_requester() {
  return std::make_shared<CertificateRequester>();
}

}  // namespace apiserver::admission
