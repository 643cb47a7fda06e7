#pragma once
#include <boost/json/value.hpp>
#include <optional>
#include "api/apply/path.hpp"
#include "api/schema.hpp"

namespace api::apply {

/// How a place in an object is merged, as its schema says: a scalar, or a list or map that is one value
/// (atomic) or many. Cheap to copy; the types must outlive it.
class Shape {
 public:
  enum class Form { scalar, list, map };

  static Shape of(const Type& type) { return Shape(Rule::typed, &type, nullptr); }
  /// Without a schema: objects are merged by member, anything else is one value.
  static Shape deduced() { return Shape(Rule::deduced, nullptr, nullptr); }

  Form form(const boost::json::value& v) const noexcept;
  bool is_atomic(Form form) const noexcept;
  /// The member's shape; absent when an object has no such field.
  std::optional<Shape> member(std::string_view name) const noexcept;
  /// A field of an object, as opposed to a map's key.
  bool declares(std::string_view name) const noexcept;
  Shape element() const noexcept;
  bool is_set() const noexcept { return field_ && field_->list_type == ListType::set; }
  /// The element that stands for an item of a list that is not atomic.
  /// Error: invalid_argument, in upstream's words.
  base::Result<PathElement> element_of(const boost::json::value& item) const;

  /// A field that a Go struct always has, be it only its zero: upstream never sees it appear by itself.
  bool is_always_there() const noexcept;
  /// A map with keys of any name and no schema: schema changes are not looked for below it.
  bool is_untyped_map() const noexcept;
  const Type* type() const noexcept { return type_; }

 private:
  enum class Rule : std::uint8_t { typed, deduced, whole };
  Shape(Rule rule, const Type* type, const Field* field) : rule_(rule), type_(type), field_(field) {}
  static Shape place(const Type& type, const Field* field);
  base::Result<PathElement> keyed(const boost::json::value& item) const;

  Rule rule_;
  const Type* type_;
  const Field* field_;  ///< Where the rules for a list or map stand; null below lists and maps.
};

}  // namespace api::apply
