#include "apiserver/custom_resources/version.hpp"
#include <algorithm>
#include <limits>
#include "api/decode.hpp"
#include "apiserver/kinds/common.hpp"

namespace apiserver::custom_resources {
namespace {

namespace json = boost::json;
using api::StatusError;
using api::StatusOr;
using kinds::at;

constexpr std::string_view created_text =
    "CreationTimestamp is a timestamp representing the server time when this object was created. It is not "
    "guaranteed "
    "to be set in happens-before order across separate operations. Clients may not set this value. It is "
    "represented "
    "in RFC3339 form and is in UTC.\n\nPopulated by the system. Read-only. Null for lists. More info: "
    "https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#metadata";
constexpr std::string_view name_text =
    "Name must be unique within a namespace. Is required when creating resources, although some resources "
    "may allow a "
    "client to request the generation of an appropriate name automatically. Name is primarily intended for "
    "creation "
    "idempotence and configuration definition. Cannot be updated. More info: "
    "https://kubernetes.io/docs/concepts/overview/working-with-objects/names#names";

structural::SchemaPtr schema_of(const Shared& shared, const std::string& version) {
  return shared.schemas.at(version);
}

/// ".spec.replicas" as members.
std::vector<std::string> members(std::string_view path) {
  std::vector<std::string> out;
  if (path.starts_with('.')) path.remove_prefix(1);
  while (!path.empty()) {
    const auto dot = std::min(path.find('.'), path.size());
    out.emplace_back(path.substr(0, dot));
    path.remove_prefix(std::min(path.size(), dot + 1));
  }
  return out;
}

/// What a column of type string shows of any value.
std::string text_of(const json::value& v) {
  if (v.is_string()) return std::string(v.get_string());
  if (v.is_null()) return "<nil>";
  return v.is_double() ? structural::number_text(v.get_double()) : api::encode(v);
}

json::value cell_of(const std::string& type, const json::value* v, base::SystemTime now) {
  if (!v) return nullptr;
  if (type == "string") return json::string(text_of(*v));
  if (v->is_null()) return nullptr;
  if (type == "integer") {
    if (v->is_int64()) return *v;
    return v->is_double() ? json::value(static_cast<std::int64_t>(v->get_double())) : json::value();
  }
  if (type == "number") return v->is_number() ? json::value(v->to_number<double>()) : json::value();
  if (type == "boolean") return v->is_bool() ? *v : json::value();
  if (type != "date" || !v->is_string()) return nullptr;
  if (!base::parse_rfc3339(v->get_string())) return "<invalid>";
  return json::string(kinds::since(v->get_string(), now));
}

bool hinders_rules(const api::field::Errors& errors, std::size_t from) {
  using api::field::Reason;
  std::size_t i = 0;
  for (const auto& e : errors)
    if (i++ >= from &&
        (e.reason == Reason::not_supported || e.reason == Reason::required || e.reason == Reason::too_long ||
         e.reason == Reason::too_many || e.reason == Reason::type_invalid))
      return true;
  return false;
}

Object without_metadata(const Object& o) {
  Object out = o;
  out.erase("metadata");
  return out;
}

}  // namespace

Version::Version(std::shared_ptr<const Shared> shared, const Object& version, bool terminating,
                 std::string deprecation_text)
    : shared_(std::move(shared)),
      name_(at(version, {"name"})),
      schema_(schema_of(*shared_, name_)),
      validator_(schema_) {
  deprecation = std::move(deprecation_text);
  if (const auto found = schema_->properties.find("status"); found != schema_->properties.end())
    status_validator_ = std::make_unique<const structural::Validator>(found->second);
  const structural::TypeName name{shared_->group, name_, shared_->kind};
  types_ = structural::to_types(*schema_, name, shared_->list_kind);
  openapi_v2_ = structural::openapi_v2(*schema_, name);
  openapi_v3_ = structural::openapi_v3(*schema_, name);
  checked_.kind = api::Kind::object;
  checked_.name = types_.object->name;
  checked_.gvk = types_.object->gvk;
  checked_.preserve_unknown_fields = true;
  api::Field metadata;
  metadata.name = "metadata";
  metadata.type = api::find_type("io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta");
  checked_.fields.push_back(std::move(metadata));
  rules_ = cel::SchemaRules::compile(*schema_->source);
  has_status = api::get_object(version, {"subresources", "status"}) != nullptr;
  has_scale_ = api::get_object(version, {"subresources", "scale"}) != nullptr;
  describe(version, terminating);
  read_columns(version);
  read_fields(version);
  if (has_scale_) read_scale(version);
  make_record();
}

void Version::describe(const Object&, bool terminating) {
  main_.group = main_.kind_group = shared_->group;
  main_.version = main_.kind_version = name_;
  main_.resource = shared_->plural;
  main_.kind = shared_->kind;
  main_.singular = shared_->singular;
  main_.short_names = shared_->short_names;
  main_.categories = shared_->categories;
  main_.namespaced = shared_->namespaced;
  main_.verbs = {"delete", "deletecollection", "get", "list", "patch", "create", "update", "watch"};
  main_.type = types_.object.get();
  main_.extension = this;
  status_ = main_;
  status_.resource += "/status";
  status_.subresource = "status";
  status_.singular.clear();
  status_.short_names.clear();
  status_.categories.clear();
  status_.verbs = {"get", "patch", "update"};
  scale_ = status_;
  scale_.resource = shared_->plural + "/scale";
  scale_.subresource = "scale";
  scale_.kind = "Scale";
  scale_.kind_group = "autoscaling";
  scale_.kind_version = "v1";
  scale_.type = api::find_type("io.k8s.api.autoscaling.v1.Scale");
  scale_.extension = nullptr;
  shown_.push_back(main_);
  if (has_status) shown_.push_back(status_);
  if (has_scale_) shown_.push_back(scale_);
  if (!terminating) return;
  // What goes can still be changed, so that finalizers can be taken off, but that is not shown, as upstream.
  std::erase(main_.verbs, "create");
  shown_.front().verbs = {"delete", "deletecollection", "get", "list", "watch"};
}

const api::ResourceInfo* Version::subresource(std::string_view name) const noexcept {
  if (name == "status" && has_status) return &status_;
  return name == "scale" && has_scale_ ? &scale_ : nullptr;
}

void Version::read_columns(const Object& version) {
  kinds::each(version, "additionalPrinterColumns", kinds::Path(), [&](const Object& c, const kinds::Path&) {
    const auto way = at(c, {"jsonPath"});
    auto path = JsonPath::parse(way);
    if (!path) return;
    auto description = at(c, {"description"});
    if (description.empty()) description = "Custom resource definition column (in JSONPath format): " + way;
    printer_columns_.push_back(
        {at(c, {"name"}), at(c, {"type"}), at(c, {"format"}), description, std::move(*path)});
    columns_.push_back({"", "", "", "", static_cast<int>(kinds::number(c, {"priority"}))});
  });
  if (!api::get_array(version, {"additionalPrinterColumns"}) || printer_columns_.empty()) {
    printer_columns_.push_back({"Age", "date", "", std::string(created_text),
                                JsonPath::parse(".metadata.creationTimestamp").value()});
    columns_.push_back({});
  }
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    const auto& from = printer_columns_[i];
    const int priority = columns_[i].priority;
    columns_[i] = {from.name, from.type, from.format, from.description, priority};
  }
  columns_.insert(columns_.begin(), {"Name", "string", "name", name_text});
}

json::array Version::cells(const Object& object, base::SystemTime now) const {
  json::array out{json::string(api::name_of(object))};
  const json::value document = object;
  for (const auto& column : printer_columns_)
    out.push_back(cell_of(column.type, column.path.first(document), now));
  return out;
}

void Version::read_fields(const Object& version) {
  kinds::each(version, "selectableFields", kinds::Path(), [&](const Object& field, const kinds::Path&) {
    auto label = at(field, {"jsonPath"});
    if (label.starts_with('.')) label.erase(0, 1);
    for (const auto& known : shared_->fields)
      if (known.label == label) fields_.push_back(known);
  });
}

void Version::read_scale(const Object& version) {
  kinds::ScalePaths paths;
  const auto& scale = *api::get_object(version, {"subresources", "scale"});
  const std::vector<std::string> ways[] = {members(at(scale, {"specReplicasPath"})),
                                           members(at(scale, {"statusReplicasPath"})),
                                           members(at(scale, {"labelSelectorPath"}))};
  for (const auto& way : ways)
    scale_texts_.insert(scale_texts_.end(), way.begin(), way.end());
  std::size_t next = 0;
  std::vector<std::string_view>* targets[] = {&paths.spec_replicas, &paths.status_replicas, &paths.selector};
  for (std::size_t i = 0; i < 3; ++i)
    for (std::size_t n = 0; n < ways[i].size(); ++n)
      targets[i]->push_back(scale_texts_[next++]);
  record.scale = std::move(paths);
}

void Version::make_record() {
  using api::field::Errors;
  record.group = shared_->group;
  record.resource = shared_->plural;
  record.validate = [this](const Object& o, Errors& errors) { validate(o, nullptr, errors); };
  record.validate_update = [this](const Object& o, const Object& old, Errors& errors) {
    validate(o, &old, errors);
  };
  record.update_validates_all = true;
  record.validate_status = [this](const Object& o, const Object& old, Errors& errors) {
    validate_status(o, old, errors);
  };
  // Any change but of metadata counts; the status is the old one where it is a subresource.
  record.prepare_update = [](Object& o, const Object& old) {
    const auto was = api::get_int(old, {"metadata", "generation"}).value_or(0);
    const bool same = api::deep_equal(without_metadata(o), without_metadata(old));
    api::metadata(o)["generation"] = same ? was : was + 1;
  };
  record.table = {columns_, [this](const Object& o, base::SystemTime now) { return cells(o, now); }};
  record.selectable_fields = fields_;
  record.generation = true;
  record.allow_unconditional_update = false;
  record.status_from_create = false;
}

StatusOr<api::Decoded> Version::take(json::value document) const {
  auto decoded = api::check(std::move(document), checked_);
  if (!decoded) return decoded;
  json::value object = std::move(decoded->object);
  for (const auto& path : structural::prune(object, *schema_, true))
    decoded->strict_errors.push_back("unknown field \"" + path + "\"");
  structural::drop_nulls(object, *schema_);
  structural::set_defaults(object, *schema_);
  decoded->object = std::move(object.get_object());
  return decoded;
}

base::Awaitable<StatusOr<std::vector<Object>>> Version::convert(std::vector<Object> objects,
                                                                std::string version) const {
  std::string wanted = shared_->group + "/" + version;
  auto converted = co_await shared_->converter->convert(std::move(objects), std::move(wanted));
  if (!converted) co_return converted;
  const auto& schema = shared_->schema(version);
  for (auto& object : *converted) {
    json::value document = std::move(object);
    structural::prune_silently(document, schema, true);
    object = std::move(document.get_object());
  }
  co_return converted;
}

void Version::validate_lists(const Object& object, const Object* old, api::field::Errors& errors) const {
  if (old) {
    api::field::Errors before;
    structural::check_lists(*old, *schema_, {}, before);
    if (!before.empty()) return;
  }
  structural::check_lists(object, *schema_, {}, errors);
}

void Version::validate(const Object& object, const Object* old, api::field::Errors& errors) const {
  const auto before = errors.size();
  const json::value document = object;
  if (old) {
    const json::value was = *old;
    validator_.validate_update(document, &was, {}, errors);
  } else {
    validator_.validate(document, {}, errors);
  }
  if (has_scale_) {
    validate_scale(object, true, errors);
    validate_scale(object, false, errors);
  }
  structural::check_embedded(document, *schema_, false, {}, errors);
  validate_lists(object, old, errors);
  validate_rules(object, old, before, errors);
}

void Version::validate_status(const Object& object, const Object& old, api::field::Errors& errors) const {
  const auto before = errors.size();
  const auto* status = object.if_contains("status");
  if (status && status_validator_)
    status_validator_->validate_update(*status, old.if_contains("status"), api::field::Path("status"),
                                       errors);
  if (has_scale_) validate_scale(object, false, errors);
  validate_lists(object, &old, errors);
  validate_rules(object, &old, before, errors);
}

void Version::validate_scale(const Object& object, bool spec, api::field::Errors& errors) const {
  const auto& way = spec ? record.scale->spec_replicas : record.scale->status_replicas;
  std::string path;
  const Object* here = &object;
  const json::value* value = nullptr;
  for (const auto member : way) {
    path.append(".").append(member);
    value = here ? here->if_contains(member) : nullptr;
    here = value ? value->if_object() : nullptr;
  }
  if (!value || value->is_null()) return;
  const api::field::Path where(path);
  if (!value->is_int64()) {
    errors.invalid(
        where, 0, path + " accessor error: " + api::encode(*value) + " is of the wrong type, expected int64");
  } else if (value->get_int64() < 0) {
    errors.invalid(where, *value, "should be a non-negative integer");
  } else if (value->get_int64() > std::numeric_limits<std::int32_t>::max()) {
    errors.invalid(where, *value, "should be less than or equal to 2147483647");
  }
}

void Version::validate_rules(const Object& object, const Object* old, std::size_t before,
                             api::field::Errors& errors) const {
  if (!rules_) return;
  if (hinders_rules(errors, before)) {
    errors.add(
        {api::field::Reason::invalid, "", nullptr,
         "some validation rules were not checked because the object was invalid; correct the existing errors "
         "to complete validation",
         false});
    return;
  }
  for (const auto& e : rules_->validate(object, old).errors)
    errors.add(e);
}

}  // namespace apiserver::custom_resources
