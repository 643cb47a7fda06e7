#pragma once
#include <memory>
#include <string>
#include <vector>
#include "api/field_error.hpp"
#include "api/object.hpp"
#include "structural/schema.hpp"

/// Objects against a structural schema: what it does not have goes, what it gives by default comes, and
/// whether the rest is valid. Pure. Source: "Field pruning", "Defaulting and nullable", "Validation" of the
/// custom resources page.
namespace structural {

using api::field::Errors;
using api::field::Path;

/// Removes the members that the schema does not have. kind, apiVersion and metadata stay at the root
/// (`is_resource`) and in embedded resources. Returns the paths of what went ("spec.a[0].b"), sorted; of the
/// first 1,000.
std::vector<std::string> prune(json::value& value, const Schema& schema, bool is_resource);
/// The same where nobody asks what went. True if anything did.
bool prune_silently(json::value& value, const Schema& schema, bool is_resource);

/// Removes nulls that may not be, unless there is a default for them: `set_defaults` replaces those.
void drop_nulls(json::value& value, const Schema& schema);
/// Sets what is absent and has a default. The value itself is never replaced, what is in it is.
void set_defaults(json::value& value, const Schema& schema);
/// True if the schema has a default anywhere: else there is nothing to set.
bool has_defaults(const Schema& schema);

/// The schema's values against `value`, in upstream's words. Compiles every pattern once. Immutable.
class Validator {
 public:
  explicit Validator(SchemaPtr schema);
  ~Validator();
  Validator(Validator&&) noexcept;
  Validator& operator=(Validator&&) noexcept;

  void validate(const json::value& value, const Path& path, Errors& errors) const;
  /// The same, but what is wrong in a part that is as it was in `old` does not count (ratcheting).
  void validate_update(const json::value& value, const json::value* old, const Path& path,
                       Errors& errors) const;

 private:
  struct Patterns;
  SchemaPtr schema_;
  std::unique_ptr<const Patterns> patterns_;
};

/// Items of sets and keys of map lists must be unique.
void check_lists(const json::value& value, const Schema& schema, const Path& path, Errors& errors);

/// Embedded resources have apiVersion, kind and valid metadata. `is_resource`: so has the root.
void check_embedded(const json::value& value, const Schema& schema, bool is_resource, const Path& path,
                    Errors& errors);

/// True if `text` is of that format ("date-time", "uuid", ...). A format nobody knows takes everything.
bool is_format(std::string_view format, std::string_view text);
bool is_known_format(std::string_view format);

}  // namespace structural
