#pragma once
#include <string_view>

/// The default roles as text, one rule a line; read by bootstrap_policy.cpp. Facts from upstream's bootstrap
/// policy.
///
///   role NAME [aggregates=X] [into=X]...    a ClusterRole; X stands for the label aggregate-to-X
///     VERBS GROUPS RESOURCES [NAMES]        each a list with commas; "core" is the group without a name
///     VERBS url PATHS
///
/// In VERBS `read` is get,list,watch and `write` is create,delete,deletecollection,patch,update.
namespace apiserver::authorization::tables {

extern const std::string_view cluster_roles;
extern const std::string_view node_rules;  ///< Rules alone: those of system:node.
/// Roles of the controllers; the prefix system:controller: is left out of the names.
extern const std::string_view controller_roles;

}  // namespace apiserver::authorization::tables
