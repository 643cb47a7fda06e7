#pragma once
#include <optional>
#include <string>
#include <vector>
#include "apiserver/kinds/kind.hpp"

/// What upstream checks of a CustomResourceDefinition beside its schemas. Pure.
/// Source: apiextensions.k8s.io/v1 validation.
namespace apiserver::kinds::definitions {

/// What an update must be held to, given what the stored definition is.
struct Demands {
  bool fixed_names = false;          ///< It is established: scope and kind stay.
  bool known_review_version = true;  ///< A webhook takes a ConversionReview that this server speaks.
  bool schemas = true;               ///< Every version has a schema.
  bool good_ca_bundle = false;       ///< Before it is established a wrong CA bundle is let through.
  const Object* old = nullptr;       ///< Null: a create.
};

void validate_names(const Object& names, const api::field::Path& path, api::field::Errors& errors);
void validate_conversion(const Object& spec, const Demands& demands, const api::field::Path& path,
                         api::field::Errors& errors);
void validate_versions(const Object& spec, const Demands& demands, const api::field::Path& path,
                       api::field::Errors& errors);
/// Groups below k8s.io and kubernetes.io need an annotation.
void validate_approval(const Object& definition, const Object* old, api::field::Errors& errors);

struct Condition {
  std::string type, status, reason, message;
};
/// The condition KubernetesAPIApprovalPolicyConformant of a definition; nothing where its group needs no
/// approval.
std::optional<Condition> approval_condition(const Object& definition);

/// What holds a definition until its objects are gone.
inline constexpr std::string_view cleanup_finalizer = "customresourcecleanup.apiextensions.k8s.io";

/// Sets it in `status.conditions`; its time changes with its status only. True if anything changed.
bool set_condition(Object& definition, const Condition& condition, base::SystemTime now);
void remove_condition(Object& definition, std::string_view type);
/// The condition of that type, or null.
const Object* condition(const Object& definition, std::string_view type);
bool is_true(const Object& definition, std::string_view type);
/// "v1", the version marked as storage; empty if none is.
std::string storage_version(const Object& spec);

}  // namespace apiserver::kinds::definitions
