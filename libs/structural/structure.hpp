#pragma once
#include "api/field_error.hpp"
#include "structural/schema.hpp"

/// What makes a schema structural, and what else a definition's schema may not say. Pure.
/// Source: "Specifying a structural schema" of the custom resources page; upstream's order and words.
namespace structural {

using api::field::Errors;
using api::field::Path;

/// True if `read` would have to leave something out: upstream cannot make a structural schema of it.
/// The text says of the first such member what upstream says.
std::optional<std::string> unsupported(const Schema& schema);

/// Upstream's ValidateStructural: sorted by text. `path` leads to the schema.
void check_structural(const Schema& schema, const Path& path, Errors& errors);
/// True if check_structural finds nothing, nor is anything unsupported.
bool is_structural(const Schema& schema);

/// What an older definition had already may stay.
struct DocumentOptions {
  bool valid_types = true;  ///< Types must be those of OpenAPI.
  bool atomic_sets = true;  ///< Items of sets must be atomic.
  bool map_keys_required =
      true;                     ///< Keys of map lists are required or have a default; items are not nullable.
  bool pruned_defaults = true;  ///< Defaults may not have unknown fields.
  bool structural = true;       ///< The schema must be structural.
  bool status_subresource = false;  ///< The version has one: little else may stand at the schema's root.
};
/// What every schema of an older definition leaves to be demanded of its successor.
DocumentOptions demanded_after(const std::vector<SchemaPtr>& old_schemas);

/// All that upstream checks of `openAPIV3Schema` but for its rules in CEL. `path` leads to the schema.
void check_schema(const Schema& schema, const Path& path, const DocumentOptions& options, Errors& errors);

/// The default values of a schema must be valid by it. `pruned`: and have no unknown fields.
void check_defaults(const Schema& schema, const Path& path, bool pruned, Errors& errors);

}  // namespace structural
