#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>
#include "api/types/core_v1.hpp"
#include "base/clock.hpp"

/// What every controller of pods needs: predicates, which pod goes first, who owns what. All pure.
namespace controllers::workload {

using api::core::v1::Pod;
using PodPtr = std::shared_ptr<const Pod>;
using api::meta::v1::ObjectMeta;
using api::meta::v1::OwnerReference;

const api::core::v1::PodCondition* find_condition(const Pod& pod, std::string_view type) noexcept;
bool is_ready(const Pod& pod) noexcept;
/// Ready, and for at least `min_ready_seconds` at `now`.
bool is_available(const Pod& pod, std::int32_t min_ready_seconds, base::SystemTime now) noexcept;
/// Neither finished nor being deleted.
bool is_active(const Pod& pod) noexcept;
bool is_finished(const Pod& pod) noexcept;     ///< Phase Succeeded or Failed.
bool is_terminating(const Pod& pod) noexcept;  ///< Being deleted and not finished.

/// When a pod that is ready becomes available; nothing if it is not ready or already is.
std::optional<base::SystemTime> available_at(const Pod& pod, std::int32_t min_ready_seconds,
                                             base::SystemTime now);

/// The owner reference with controller: true, or null.
const OwnerReference* controller_of(const ObjectMeta& meta) noexcept;

/// A reference that makes the object of `kind` and `owner` the managing controller and blocks its foreground
/// deletion.
OwnerReference controller_reference(const std::string& api_version, const std::string& kind,
                                    const ObjectMeta& owner);

/// A pod as `parent`'s template makes it: generateName "<parent>-", the template's labels, annotations and
/// finalizers.
Pod pod_from_template(const api::core::v1::PodTemplateSpec& pod_template, const ObjectMeta& parent,
                      OwnerReference controller);

/// The most characters of a prefix for generateName, and "<name>-" cut to that.
std::string generate_name_prefix(const std::string& name);

}  // namespace controllers::workload
