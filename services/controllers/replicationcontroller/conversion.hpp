#pragma once
#include "api/types/apps_v1.hpp"
#include "api/types/core_v1.hpp"

/// ReplicationControllers shown as ReplicaSets. Pure.
namespace controllers::replicationcontroller {

using api::apps::v1::ReplicaSet;
using api::apps::v1::ReplicaSetStatus;
using api::core::v1::ReplicationController;
using api::core::v1::ReplicationControllerStatus;

ReplicaSet to_replicaset(const ReplicationController& rc);
ReplicationControllerStatus to_status(const ReplicaSetStatus& status);
/// The way there and back: without the number of terminating pods, which a ReplicationController cannot tell.
ReplicaSetStatus shown(ReplicaSetStatus status);

}  // namespace controllers::replicationcontroller
