#pragma once
#include <memory>
#include <string>
#include "api/schema.hpp"
#include "structural/schema.hpp"

/// What a custom resource's schema becomes for the rest of the server. Pure.
namespace structural {

struct TypeName {
  std::string group, version, kind;
};

/// The schema as a run-time type: what apply and field management follow. The types it consists of live as
/// long as the pointer. metadata is ObjectMeta whatever the schema says of it; a part without a schema is
/// `any`. An element that is a list is atomic: a Type says the rule of a list only where the list is a field.
struct Types {
  std::shared_ptr<const api::Type> object, list;
};
Types to_types(const Schema& schema, const TypeName& name, const std::string& list_kind);

/// "com.example.stable.v1.CronTab"
std::string model_name(const TypeName& name);

/// The schema as /openapi/v3 and /openapi/v2 publish it: with the kind's name, apiVersion, kind and metadata
/// with their descriptions. In version 2 what that cannot say is left out.
json::object openapi_v3(const Schema& schema, const TypeName& name);
json::object openapi_v2(const Schema& schema, const TypeName& name);

}  // namespace structural
