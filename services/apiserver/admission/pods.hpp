#pragma once
#include <boost/json/object.hpp>
#include <functional>
#include <string_view>
#include "apiserver/admission/plugin.hpp"

/// What several plugins ask about pods.
namespace apiserver::admission::pods {

inline constexpr std::string_view mirror_annotation = "kubernetes.io/config.mirror";

/// True for a write to a pod itself, not to a subresource.
bool is_pod(const Attributes& a);
bool is_mirror(const boost::json::object& pod);
/// Calls `f` for each container, init containers first.
void each_container(boost::json::object& pod, const std::function<void(boost::json::object&)>& f);
/// True if the pod names any object of the kind: "secret", "configMap" or "persistentVolumeClaim".
bool refers_to(const boost::json::object& pod, std::string_view kind);

}  // namespace apiserver::admission::pods
