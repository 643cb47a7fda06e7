#pragma once
#include <map>
#include <memory>
#include <string>
#include <vector>
#include "api/object.hpp"
#include "api/status.hpp"
#include "apiserver/custom_resources/json_path.hpp"
#include "apiserver/kinds/kind.hpp"
#include "base/async.hpp"
#include "structural/schema.hpp"

namespace apiserver::custom_resources {

using api::Object;

/// Objects of one version of a resource in another one.
class Converter {
 public:
  virtual ~Converter() = default;
  /// `api_version`: "example.com/v2". The objects come back in their order. Error: InternalError.
  virtual base::Awaitable<api::StatusOr<std::vector<Object>>> convert(std::vector<Object> objects,
                                                                      std::string api_version) const = 0;
};

/// What the versions of one definition have in common, and its cache with them. Immutable.
struct Shared {
  std::string name, uid;  ///< Of the definition: "crontabs.stable.example.com".
  std::string group, kind, list_kind, plural, singular, storage_version;
  std::vector<std::string> short_names, categories;
  bool namespaced = true;
  std::map<std::string, structural::SchemaPtr> schemas;  ///< By version, also those that are not served.
  std::shared_ptr<const Converter> converter;

  /// Every field that some version can be selected by: what the cache indexes.
  std::vector<std::string> field_labels;
  std::vector<kinds::SelectableField> fields;

  /// The schema of an object's own version; that of the storage version where it has none we know.
  const structural::Schema& schema_of(const Object& object) const;
  const structural::Schema& schema(std::string_view version) const;
};

/// Of a CustomResourceDefinition that passed validation and whose names are accepted.
std::shared_ptr<const Shared> read_shared(const Object& definition,
                                          std::shared_ptr<const Converter> converter);

/// An object as it was stored, made what its schema says today: pruned, and with the defaults of its version.
/// The text itself where there is nothing to do.
std::string freshened(const Shared& shared, std::string_view stored);

}  // namespace apiserver::custom_resources
