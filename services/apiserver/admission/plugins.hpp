#pragma once
#include <boost/json/object.hpp>
#include <memory>
#include <vector>
#include "apiserver/admission/plugin.hpp"

/// The makers of all plugins, one source file each; registry.cpp lists them in their order.
namespace apiserver::admission {

std::shared_ptr<const Plugin> namespace_lifecycle(const PluginOptions& options);
std::shared_ptr<const Plugin> service_account(const PluginOptions& options);
std::shared_ptr<const Plugin> node_restriction(const PluginOptions& options);
std::shared_ptr<const Plugin> taint_nodes_by_condition(const PluginOptions& options);
std::shared_ptr<const Plugin> priority(const PluginOptions& options);
std::shared_ptr<const Plugin> default_toleration_seconds(const PluginOptions& options);

/// A rule of the server, not one of upstream's plugins: it cannot be disabled.
std::shared_ptr<const Plugin> certificate_requester();

}  // namespace apiserver::admission
