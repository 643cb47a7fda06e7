#include <boost/json.hpp>
#include "scheduler/plugins/registry.hpp"

namespace scheduler::plugins {

namespace {

/// Writes the decision: POST pods/binding.
class DefaultBinder final : public BindPlugin {
 public:
  explicit DefaultBinder(std::shared_ptr<client::RestClient> rest) : rest_(std::move(rest)) {}
  std::string_view name() const noexcept override { return "DefaultBinder"; }

  base::Awaitable<Status> bind(CycleStatePtr, PodInfoPtr pod, std::string node) override {
    const auto& metadata = pod->pod->metadata;
    boost::json::value body{
        {"apiVersion", "v1"},
        {"kind", "Binding"},
        {"metadata", {{"namespace", metadata.namespace_}, {"name", metadata.name}, {"uid", metadata.uid}}},
        {"target", {{"kind", "Node"}, {"name", node}}}};
    const auto& pods = api::resource_of<api::core::v1::Pod>();
    std::string ns = metadata.namespace_, name = metadata.name, subresource = "binding";
    client::WriteOptions options;
    auto bound = co_await rest_->create_raw(pods, std::move(ns), std::move(name), std::move(subresource),
                                            std::move(body), std::move(options));
    if (bound) co_return Status();
    co_return Status(Code::error, bound.error().message);
  }

 private:
  std::shared_ptr<client::RestClient> rest_;
};

}  // namespace

std::unique_ptr<Plugin> make_default_binder(const PluginContext& c) {
  return std::make_unique<DefaultBinder>(c.rest);
}

}  // namespace scheduler::plugins
