#pragma once
#include <boost/json/value.hpp>
#include <string>
#include <string_view>
#include <vector>

/// Validation errors with the path of the field, worded as upstream's field.Error.
namespace api::field {

/// "spec.containers[0].image", built step by step; cheap to copy.
class Path {
 public:
  Path() = default;
  explicit Path(std::string root) : text_(std::move(root)) {}
  Path child(std::string_view name) const;
  Path index(std::size_t i) const;
  Path key(std::string_view k) const;
  const std::string& text() const noexcept { return text_; }

 private:
  std::string text_;
};

/// The reasons a client may see in a Status' causes (metav1.CauseType).
enum class Reason {
  not_found,
  required,
  duplicate,
  invalid,
  not_supported,
  forbidden,
  too_long,
  too_many,
  internal,
  type_invalid
};
std::string_view cause_type(Reason r) noexcept;  ///< "FieldValueRequired", ...

struct Error {
  Reason reason;
  std::string path;
  boost::json::value bad_value;
  std::string detail;
  bool value_omitted = false;  ///< The value is too big, or says nothing: body() leaves it out.
  /// "Invalid value: \"x\": must be ..." without the path: the cause's message.
  std::string body() const;
  /// "spec.x: Invalid value: ...": with the path.
  std::string text() const;
};

/// The errors of one object, in the order found.
class Errors {
 public:
  void required(const Path& p, std::string detail = {});
  void invalid(const Path& p, boost::json::value bad, std::string detail);
  void not_supported(const Path& p, boost::json::value bad, const std::vector<std::string_view>& allowed);
  void duplicate(const Path& p, boost::json::value bad);
  void forbidden(const Path& p, std::string detail);
  void not_found(const Path& p, boost::json::value bad);
  void too_long(const Path& p, boost::json::value bad, std::size_t max);
  void too_many(const Path& p, std::size_t actual, std::size_t max);
  void type_invalid(const Path& p, boost::json::value bad, std::string detail);
  /// One that another collection or a library found; libs/cel's results come this way.
  void add(Error error) { errors_.push_back(std::move(error)); }
  bool empty() const noexcept { return errors_.empty(); }
  std::size_t size() const noexcept { return errors_.size(); }
  auto begin() const noexcept { return errors_.begin(); }
  auto end() const noexcept { return errors_.end(); }

 private:
  std::vector<Error> errors_;
};

}  // namespace api::field
