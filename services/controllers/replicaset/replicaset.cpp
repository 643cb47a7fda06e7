#include "controllers/replicaset/replicaset.hpp"
#include "controllers/replicaset/set_loop.hpp"

namespace controllers::replicaset {
namespace {

class ReplicaSetSource final : public Source {
 public:
  explicit ReplicaSetSource(const Context& c)
      : informer_(c.informers.informer<ReplicaSet>()), rest_(c.rest) {}

  const std::string& kind() const noexcept override { return kind_; }
  const std::string& api_version() const noexcept override { return api_version_; }
  SetPtr get(const std::string& key) const override { return informer_.store().get(key); }
  std::vector<SetPtr> list_namespace(const std::string& ns) const override {
    return informer_.store().list_namespace(ns);
  }
  void on_change(OnChange changed, std::function<void(const SetPtr&)> deleted) override {
    client::Handler<ReplicaSet> h;
    h.on_add = [changed](const SetPtr& rs) { changed(nullptr, rs); };
    h.on_update = changed;
    h.on_delete = std::move(deleted);
    informer_.add_handler(std::move(h));
  }
  base::Awaitable<base::Result<ReplicaSet>> get_live(std::string ns, std::string name) override {
    co_return co_await rest_->get<ReplicaSet>(std::move(ns), std::move(name));
  }
  base::Awaitable<base::Result<ReplicaSet>> update_status(ReplicaSet rs) override {
    co_return co_await rest_->update_status<ReplicaSet>(std::move(rs));
  }

 private:
  const std::string kind_ = "ReplicaSet", api_version_ = "apps/v1";
  client::Informer<ReplicaSet>& informer_;
  std::shared_ptr<client::RestClient> rest_;
};

std::unique_ptr<Controller> make(const Context& c) {
  return std::make_unique<SetLoop>(c, "replicaset", c.options.concurrent_replicaset_syncs,
                                   std::make_unique<ReplicaSetSource>(c));
}

}  // namespace

Descriptor descriptor() {
  return {"replicaset-controller", {"replicaset"}, "replicaset-controller", &make};
}

}  // namespace controllers::replicaset
