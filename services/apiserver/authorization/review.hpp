#pragma once
#include <boost/json/object.hpp>
#include "api/status.hpp"
#include "apiserver/authorization/authorizer.hpp"

/// The evaluators behind authorization.k8s.io: each takes the posted object, which passed the schema, and
/// returns it with its status filled in. Nothing is stored.
namespace apiserver::authorization {

/// Error: Invalid (neither or both of resource and non-resource attributes, no subject).
api::StatusOr<boost::json::object> subject_access_review(boost::json::object review,
                                                         const Authorizer& authorizer);
/// The same within the namespace of the request. Error: also BadRequest if the two differ.
api::StatusOr<boost::json::object> local_subject_access_review(boost::json::object review,
                                                               std::string_view ns,
                                                               const Authorizer& authorizer);
api::StatusOr<boost::json::object> self_subject_access_review(boost::json::object review,
                                                              const UserInfo& user,
                                                              const Authorizer& authorizer);
/// Error: BadRequest without a namespace.
api::StatusOr<boost::json::object> self_subject_rules_review(boost::json::object review, const UserInfo& user,
                                                             const Authorizer& authorizer);
/// authentication.k8s.io SelfSubjectReview: who am I.
boost::json::object self_subject_review(boost::json::object review, const UserInfo& user);

}  // namespace apiserver::authorization
