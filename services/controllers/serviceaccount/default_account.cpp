#include "controllers/frame/failures.hpp"
#include "controllers/serviceaccount/serviceaccount.hpp"

namespace controllers::serviceaccount {
namespace {

using api::core::v1::Namespace;
using api::core::v1::ServiceAccount;

constexpr const char* account_name = "default";

/// The key is a namespace.
class DefaultAccount final : public Loop {
 public:
  explicit DefaultAccount(const Context& c)
      : Loop(c, "serviceaccount", 1),
        namespaces_(c.informers.informer<Namespace>()),
        accounts_(c.informers.informer<ServiceAccount>(only_ours())) {
    client::Handler<Namespace> ns;
    ns.on_add = [this](const auto& n) { enqueue(n->metadata.name); };
    ns.on_update = [this](const auto&, const auto& n) { enqueue(n->metadata.name); };
    namespaces_.add_handler(std::move(ns));
    client::Handler<ServiceAccount> account;
    account.on_delete = [this](const auto& a) { enqueue(a->metadata.namespace_); };
    accounts_.add_handler(std::move(account));
  }

  base::Awaitable<base::Result<client::ReconcileResult>> reconcile(std::string ns) override {
    const auto found = namespaces_.store().get(ns);
    const bool live = found && !found->metadata.deletion_timestamp && found->status.phase != "Terminating";
    if (!live || accounts_.store().get(ns + "/" + account_name)) co_return client::ReconcileResult{};
    ServiceAccount account;
    account.metadata.namespace_ = ns;
    account.metadata.name = account_name;
    const auto made = co_await rest().create<ServiceAccount>(std::move(account));
    if (!made && !made.error().is(base::Errc::already_exists) && !is_namespace_terminating(made.error()))
      co_return made.error();
    co_return client::ReconcileResult{};
  }

 private:
  static client::InformerOptions only_ours() {
    client::InformerOptions o;
    o.field_selector = std::string("metadata.name=") + account_name;
    return o;
  }

  client::Informer<Namespace>& namespaces_;
  client::Informer<ServiceAccount>& accounts_;
};

std::unique_ptr<Controller> make(const Context& c) {
  return std::make_unique<DefaultAccount>(c);
}

}  // namespace

Descriptor default_account_descriptor() {
  return {"serviceaccount-controller", {"serviceaccount"}, "service-account-controller", &make};
}

}  // namespace controllers::serviceaccount
