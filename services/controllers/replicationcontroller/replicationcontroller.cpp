#include "controllers/replicationcontroller/replicationcontroller.hpp"
#include "controllers/replicaset/set_loop.hpp"
#include "controllers/replicationcontroller/conversion.hpp"

namespace controllers::replicationcontroller {
namespace {

using replicaset::SetPtr;
using RcPtr = std::shared_ptr<const ReplicationController>;

SetPtr shared(const RcPtr& rc) {
  return rc ? std::make_shared<const ReplicaSet>(to_replicaset(*rc)) : nullptr;
}

class RcSource final : public replicaset::Source {
 public:
  explicit RcSource(const Context& c)
      : informer_(c.informers.informer<ReplicationController>()), rest_(c.rest) {}

  const std::string& kind() const noexcept override { return kind_; }
  const std::string& api_version() const noexcept override { return api_version_; }
  ReplicaSetStatus shown(ReplicaSetStatus status) const override {
    return replicationcontroller::shown(std::move(status));
  }
  SetPtr get(const std::string& key) const override { return shared(informer_.store().get(key)); }
  std::vector<SetPtr> list_namespace(const std::string& ns) const override {
    std::vector<SetPtr> out;
    for (const auto& rc : informer_.store().list_namespace(ns))
      out.push_back(shared(rc));
    return out;
  }
  void on_change(OnChange changed, std::function<void(const SetPtr&)> deleted) override {
    client::Handler<ReplicationController> h;
    h.on_add = [changed](const RcPtr& rc) { changed(nullptr, shared(rc)); };
    h.on_update = [changed](const RcPtr& old, const RcPtr& rc) { changed(shared(old), shared(rc)); };
    h.on_delete = [deleted](const RcPtr& rc) { deleted(shared(rc)); };
    informer_.add_handler(std::move(h));
  }
  base::Awaitable<base::Result<ReplicaSet>> get_live(std::string ns, std::string name) override {
    const auto rc = co_await rest_->get<ReplicationController>(std::move(ns), std::move(name));
    if (!rc) co_return rc.error();
    co_return to_replicaset(*rc);
  }
  base::Awaitable<base::Result<ReplicaSet>> update_status(ReplicaSet rs) override {
    ReplicationController rc;
    rc.metadata = rs.metadata;
    rc.spec.replicas = rs.spec.replicas;
    rc.spec.min_ready_seconds = rs.spec.min_ready_seconds;
    rc.spec.selector = rs.spec.selector.match_labels;
    rc.spec.template_ = rs.spec.template_;
    rc.status = to_status(rs.status);
    const auto written = co_await rest_->update_status<ReplicationController>(std::move(rc));
    if (!written) co_return written.error();
    co_return to_replicaset(*written);
  }

 private:
  const std::string kind_ = "ReplicationController", api_version_ = "v1";
  client::Informer<ReplicationController>& informer_;
  std::shared_ptr<client::RestClient> rest_;
};

std::unique_ptr<Controller> make(const Context& c) {
  return std::make_unique<replicaset::SetLoop>(c, "replicationmanager", c.options.concurrent_rc_syncs,
                                               std::make_unique<RcSource>(c));
}

}  // namespace

Descriptor descriptor() {
  return {"replicationcontroller-controller", {"replicationcontroller"}, "replication-controller", &make};
}

}  // namespace controllers::replicationcontroller
