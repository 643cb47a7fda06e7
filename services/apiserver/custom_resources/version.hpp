#pragma once
#include <memory>
#include <string>
#include <vector>
#include "apiserver/custom_resources/shared.hpp"
#include "apiserver/registry/custom_resource.hpp"
#include "cel/schema_rules.hpp"
#include "structural/types.hpp"
#include "structural/values.hpp"

namespace apiserver::custom_resources {

/// One served version of a definition: its entries in discovery, its record, its schema at work. Immutable.
class Version final : public registry::CustomResource {
 public:
  /// `version`: the element of spec.versions. `terminating`: the definition is going; nothing new is created.
  Version(std::shared_ptr<const Shared> shared, const Object& version, bool terminating,
          std::string deprecation_text);
  Version(const Version&) = delete;

  const api::ResourceInfo& main() const noexcept { return main_; }
  /// Null where the version has no such subresource.
  const api::ResourceInfo* subresource(std::string_view name) const noexcept;
  /// The entries as discovery shows them, main one first.
  const std::vector<api::ResourceInfo>& shown() const noexcept { return shown_; }

  const boost::json::object& openapi_v2() const override { return openapi_v2_; }
  const boost::json::object& openapi_v3() const override { return openapi_v3_; }
  const api::Type& list_type() const override { return *types_.list; }
  std::string_view storage_version() const override { return shared_->storage_version; }
  api::StatusOr<api::Decoded> take(boost::json::value document) const override;
  base::Awaitable<api::StatusOr<std::vector<Object>>> convert(std::vector<Object> objects,
                                                              std::string version) const override;

 private:
  struct PrinterColumn {
    std::string name, type, format, description;
    JsonPath path;
  };
  void describe(const Object& version, bool terminating);
  void read_columns(const Object& version);
  void read_fields(const Object& version);
  void read_scale(const Object& version);
  void make_record();
  boost::json::array cells(const Object& object, base::SystemTime now) const;
  void validate(const Object& object, const Object* old, api::field::Errors& errors) const;
  void validate_status(const Object& object, const Object& old, api::field::Errors& errors) const;
  void validate_scale(const Object& object, bool spec, api::field::Errors& errors) const;
  /// x-kubernetes-validations; `before`: the errors that are not about this object's values.
  void validate_rules(const Object& object, const Object* old, std::size_t before,
                      api::field::Errors& errors) const;
  void validate_lists(const Object& object, const Object* old, api::field::Errors& errors) const;

  const std::shared_ptr<const Shared> shared_;
  const std::string name_;
  const structural::SchemaPtr schema_;
  const structural::Validator validator_;
  std::unique_ptr<const structural::Validator> status_validator_;  ///< Null: the schema has no status.
  structural::Types types_;
  api::Type checked_;  ///< What libs/api checks of an object: its metadata.
  api::ResourceInfo main_, status_, scale_;
  bool has_scale_ = false;
  std::shared_ptr<const cel::SchemaRules> rules_;  ///< Null: the schema has none.
  std::vector<api::ResourceInfo> shown_;
  boost::json::object openapi_v2_, openapi_v3_;
  std::vector<PrinterColumn> printer_columns_;
  std::vector<kinds::Column> columns_;
  std::vector<kinds::SelectableField> fields_;
  std::vector<std::string> scale_texts_;  ///< What the record's ScalePaths refer to.
};

}  // namespace apiserver::custom_resources
