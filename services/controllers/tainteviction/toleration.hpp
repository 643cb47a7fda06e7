#pragma once
#include <chrono>
#include <optional>
#include <vector>
#include "api/types/core_v1.hpp"

/// How long pods bear the taints of their node. Pure. Source: the page on taints and tolerations.
namespace controllers::tainteviction {

using api::core::v1::Taint;
using api::core::v1::Toleration;

std::vector<Taint> no_execute(const std::vector<Taint>& taints);
bool tolerates(const Toleration& toleration, const Taint& taint) noexcept;

/// How long a pod may stay under `taints`: 0 where one of them is not tolerated, the shortest
/// tolerationSeconds among those that tolerate, nothing: for ever. The first toleration that fits a taint
/// counts for it.
std::optional<std::chrono::seconds> tolerated_for(const std::vector<Taint>& taints,
                                                  const std::vector<Toleration>& tolerations) noexcept;

}  // namespace controllers::tainteviction
