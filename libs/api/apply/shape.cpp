#include "api/apply/shape.hpp"
#include <algorithm>
#include <unordered_set>

namespace api::apply {
namespace {

namespace json = boost::json;

/// Members of objects that are structs in Go although they may be left out. Source: kubernetes/api.
constexpr std::string_view struct_names[] = {"acceptedNames",
                                             "conditions",
                                             "daemonEndpoints",
                                             "deprecatedSource",
                                             "devices",
                                             "kubeletEndpoint",
                                             "lastState",
                                             "limitResponse",
                                             "loadBalancer",
                                             "metadata",
                                             "nodeInfo",
                                             "podSelector",
                                             "port",
                                             "preferredVersion",
                                             "regarding",
                                             "resources",
                                             "source",
                                             "spec",
                                             "state",
                                             "status",
                                             "strategy",
                                             "template",
                                             "updateStrategy",
                                             "user",
                                             "userInfo"};
/// Of those names, what is a pointer after all.
constexpr std::pair<std::string_view, std::string_view> pointers[] = {
    {"io.k8s.api.autoscaling.v2.MetricSpec", "resource"},
    {"io.k8s.api.core.v1.ContainerStatus", "resources"},
    {"io.k8s.api.core.v1.ContainerStatus", "user"},
    {"io.k8s.api.core.v1.EphemeralContainer", "resources"},
    {"io.k8s.api.core.v1.PodSpec", "resources"},
    {"io.k8s.api.core.v1.PodStatus", "resources"},
    {"io.k8s.api.core.v1.ReplicationControllerSpec", "template"},
    {"io.k8s.api.flowcontrol.v1.Subject", "user"},
    {"io.k8s.api.networking.v1.NetworkPolicyPeer", "podSelector"},
    {"io.k8s.api.scheduling.v1alpha1.Workload", "spec"}};

bool is_struct(const Type& owner, const Field& field) {
  if (field.type->kind != Kind::object) return false;
  const auto named = std::find(std::begin(struct_names), std::end(struct_names), field.name);
  if (named == std::end(struct_names)) return false;
  return std::none_of(std::begin(pointers), std::end(pointers),
                      [&](const auto& p) { return p.first == owner.name && p.second == field.name; });
}

const std::unordered_set<const Field*>& always_there() {
  static const auto fields = [] {
    std::unordered_set<const Field*> out;
    for (const auto* type : all_types())
      for (const auto& field : type->fields)
        if (field.required || is_struct(*type, field)) out.insert(&field);
    return out;
  }();
  return fields;
}

/// RawExtension: whatever is in it, it is one value.
const Type* raw_extension() {
  static const Type* const type = [] {
    const auto* owner = find_type("io.k8s.api.apps.v1.ControllerRevision");
    const auto* field = owner ? owner->field("data") : nullptr;
    return field ? field->type : nullptr;
  }();
  return type;
}

/// Keys of map lists that may be left out, and what then stands for them.
const json::value* key_default(const Type& item, std::string_view key) {
  static const json::value tcp("TCP");
  static const Type* const with_protocol[] = {find_type("io.k8s.api.core.v1.ContainerPort"),
                                              find_type("io.k8s.api.core.v1.ServicePort")};
  const bool known =
      std::find(std::begin(with_protocol), std::end(with_protocol), &item) != std::end(with_protocol);
  return known && key == "protocol" ? &tcp : nullptr;
}

Shape::Form form_by_value(const json::value& v) noexcept {
  if (v.is_array()) return Shape::Form::list;
  // Anything may be null; upstream then takes it for a map.
  return v.is_object() || v.is_null() ? Shape::Form::map : Shape::Form::scalar;
}

base::Error refused(std::string why) {
  return {base::Errc::invalid_argument, std::move(why)};
}

}  // namespace

Shape Shape::place(const Type& type, const Field* field) {
  if (type.kind != Kind::any) return Shape(Rule::typed, &type, field);
  return Shape(&type == raw_extension() ? Rule::whole : Rule::deduced, nullptr, nullptr);
}

Shape::Form Shape::form(const json::value& v) const noexcept {
  if (rule_ != Rule::typed) return form_by_value(v);
  if (type_->kind == Kind::list) return Form::list;
  return type_->kind == Kind::object || type_->kind == Kind::map ? Form::map : Form::scalar;
}

bool Shape::is_atomic(Form form) const noexcept {
  if (rule_ == Rule::whole) return true;
  if (rule_ == Rule::deduced) return form == Form::list;
  if (form == Form::list) return !field_ || field_->list_type == ListType::atomic;
  return type_->map_atomic || (field_ && field_->map_atomic);
}

bool Shape::declares(std::string_view name) const noexcept {
  return rule_ == Rule::typed && type_->kind == Kind::object && type_->field(name) != nullptr;
}

std::optional<Shape> Shape::member(std::string_view name) const noexcept {
  if (rule_ == Rule::deduced) return deduced();
  if (rule_ == Rule::whole) return *this;
  if (type_->kind == Kind::map) return place(*type_->element, nullptr);
  if (const auto* field = type_->field(name)) return place(*field->type, field);
  if (type_->preserve_unknown_fields) return deduced();
  return std::nullopt;
}

Shape Shape::element() const noexcept {
  if (rule_ != Rule::typed) return Shape(Rule::whole, nullptr, nullptr);
  // A path that a client wrote may go through items where there is no list.
  return type_->element ? place(*type_->element, nullptr) : deduced();
}

bool Shape::is_always_there() const noexcept {
  return field_ && always_there().contains(field_);
}

bool Shape::is_untyped_map() const noexcept {
  if (rule_ != Rule::typed) return rule_ == Rule::deduced;
  if (type_->kind == Kind::object) return type_->preserve_unknown_fields && type_->fields.empty();
  return type_->kind == Kind::map && type_->element->kind == Kind::any;
}

base::Result<PathElement> Shape::keyed(const json::value& item) const {
  if (item.is_null()) return refused("associative list with keys may not have a null element");
  if (!item.is_object()) return refused("associative list with keys may not have non-map elements");
  std::vector<std::pair<std::string_view, const json::value*>> keys;
  for (const auto& name : field_->list_map_keys) {
    const auto* value = item.get_object().if_contains(name);
    if (!value) value = key_default(*type_->element, name);
    if (value) keys.emplace_back(name, value);
  }
  if (!keys.empty() || field_->list_map_keys.empty()) return PathElement::key(std::move(keys));
  std::string names;
  for (const auto& name : field_->list_map_keys)
    names += (names.empty() ? "\"" : " \"") + name + "\"";
  return refused("associative list with keys has an element that omits all key fields [" + names +
                 "] (and doesn't have default values for any key fields)");
}

base::Result<PathElement> Shape::element_of(const json::value& item) const {
  if (!field_ || field_->list_type == ListType::atomic)
    return refused("invalid indexing of non-associative list");
  if (field_->list_type == ListType::map) return keyed(item);
  if (item.is_object()) return refused("associative list without keys has an element that's a map type");
  if (item.is_array()) return refused("not supported: associative list with lists as elements");
  if (item.is_null()) return refused("associative list without keys has an element that's an explicit null");
  return PathElement::value(item);
}

}  // namespace api::apply
