#include "controllers/frame/failures.hpp"
#include "controllers/serviceaccount/serviceaccount.hpp"

namespace controllers::serviceaccount {
namespace {

using api::core::v1::ConfigMap;
using api::core::v1::Namespace;

constexpr const char* map_name = "kube-root-ca.crt";
constexpr const char* data_key = "ca.crt";
constexpr const char* description_key = "kubernetes.io/description";
constexpr const char* description =
    "The certificate authority of the API server, as it is reached from inside the cluster "
    "(kubernetes.default.svc). "
    "It vouches for nothing else.";

/// The key is a namespace.
class RootCa final : public Loop {
 public:
  explicit RootCa(const Context& c)
      : Loop(c, "root_ca_cert_publisher", 1),
        namespaces_(c.informers.informer<Namespace>()),
        maps_(c.informers.informer<ConfigMap>(only_ours())) {
    client::Handler<Namespace> ns;
    ns.on_add = [this](const auto& n) { enqueue(n->metadata.name); };
    ns.on_update = [this](const auto&, const auto& n) { enqueue(n->metadata.name); };
    namespaces_.add_handler(std::move(ns));
    client::Handler<ConfigMap> map;
    map.on_update = [this](const auto&, const auto& m) { enqueue(m->metadata.namespace_); };
    map.on_delete = [this](const auto& m) { enqueue(m->metadata.namespace_); };
    maps_.add_handler(std::move(map));
  }

  base::Awaitable<base::Result<client::ReconcileResult>> reconcile(std::string ns) override {
    const auto found = namespaces_.store().get(ns);
    const bool live = found && !found->metadata.deletion_timestamp && found->status.phase != "Terminating";
    if (!live) co_return client::ReconcileResult{};
    const auto held = maps_.store().get(ns + "/" + map_name);
    ConfigMap map = held ? *held : ConfigMap{};
    map.metadata.namespace_ = ns;
    map.metadata.name = map_name;
    map.metadata.annotations[description_key] = description;
    map.data = {{data_key, context_.options.root_ca}};
    if (held && *held == map) co_return client::ReconcileResult{};
    const auto done = co_await write(std::move(map), held != nullptr);
    if (!done && !is_namespace_terminating(done.error())) co_return done.error();
    co_return client::ReconcileResult{};
  }

 private:
  static client::InformerOptions only_ours() {
    client::InformerOptions o;
    o.field_selector = std::string("metadata.name=") + map_name;
    return o;
  }

  base::Awaitable<base::Result<ConfigMap>> write(ConfigMap map, bool exists) {
    if (exists) co_return co_await rest().update<ConfigMap>(std::move(map));
    co_return co_await rest().create<ConfigMap>(std::move(map));
  }

  client::Informer<Namespace>& namespaces_;
  client::Informer<ConfigMap>& maps_;
};

std::unique_ptr<Controller> make(const Context& c) {
  return c.options.root_ca.empty() ? nullptr : std::make_unique<RootCa>(c);
}

}  // namespace

Descriptor root_ca_descriptor() {
  return {"root-ca-certificate-publisher-controller",
          {"root-ca-cert-publisher"},
          "root-ca-cert-publisher",
          &make};
}

}  // namespace controllers::serviceaccount
