#include "api/field_error.hpp"
#include <algorithm>
#include <boost/json/serialize.hpp>
#include <charconv>
#include <cmath>

namespace api::field {

Path Path::child(std::string_view name) const {
  return Path(text_.empty() ? std::string(name) : text_ + "." + std::string(name));
}
Path Path::index(std::size_t i) const {
  return Path(text_ + "[" + std::to_string(i) + "]");
}
Path Path::key(std::string_view k) const {
  return Path(text_ + "[" + std::string(k) + "]");
}

std::string_view cause_type(Reason r) noexcept {
  switch (r) {
    case Reason::not_found:
      return "FieldValueNotFound";
    case Reason::required:
      return "FieldValueRequired";
    case Reason::duplicate:
      return "FieldValueDuplicate";
    case Reason::invalid:
      return "FieldValueInvalid";
    case Reason::not_supported:
      return "FieldValueNotSupported";
    case Reason::forbidden:
      return "FieldValueForbidden";
    case Reason::too_long:
      return "FieldValueTooLong";
    case Reason::too_many:
      return "FieldValueTooMany";
    case Reason::internal:
      return "InternalError";
    case Reason::type_invalid:
      return "FieldValueTypeInvalid";
  }
  return "FieldValueInvalid";
}

namespace {

std::string_view title(Reason r) {
  switch (r) {
    case Reason::not_found:
      return "Not found";
    case Reason::required:
      return "Required value";
    case Reason::duplicate:
      return "Duplicate value";
    case Reason::not_supported:
      return "Unsupported value";
    case Reason::forbidden:
      return "Forbidden";
    case Reason::too_long:
      return "Too long";
    case Reason::too_many:
      return "Too many";
    case Reason::internal:
      return "Internal error";
    case Reason::invalid:
    case Reason::type_invalid:
      return "Invalid value";
  }
  return "Invalid value";
}

bool shows_value(Reason r) {
  return r != Reason::required && r != Reason::forbidden && r != Reason::too_long && r != Reason::internal;
}

/// As Go's field errors show it: null in quotes, a number as it would be written.
std::string shown(const boost::json::value& value) {
  if (value.is_null()) return "\"null\"";
  if (!value.is_double()) return boost::json::serialize(value);
  char buffer[64];
  const auto d = value.get_double();
  const bool plain = d == 0 || (std::fabs(d) >= 1e-4 && std::fabs(d) < 1e21);
  const auto form = plain ? std::chars_format::fixed : std::chars_format::scientific;
  return {buffer, std::to_chars(buffer, buffer + sizeof buffer, d, form).ptr};
}

}  // namespace

std::string Error::body() const {
  std::string out(title(reason));
  if (shows_value(reason) && !value_omitted) out += ": " + shown(bad_value);
  if (!detail.empty()) out += ": " + detail;
  return out;
}

std::string Error::text() const {
  return (path.empty() ? "<nil>" : path) + ": " + body();
}

void Errors::required(const Path& p, std::string detail) {
  errors_.push_back({Reason::required, p.text(), nullptr, std::move(detail)});
}

void Errors::invalid(const Path& p, boost::json::value bad, std::string detail) {
  errors_.push_back({Reason::invalid, p.text(), std::move(bad), std::move(detail)});
}

void Errors::not_supported(const Path& p, boost::json::value bad,
                           const std::vector<std::string_view>& allowed) {
  std::vector<std::string> sorted;
  for (auto a : allowed)
    sorted.push_back("\"" + std::string(a) + "\"");
  std::sort(sorted.begin(), sorted.end());
  std::string detail;
  for (const auto& a : sorted)
    detail += (detail.empty() ? "supported values: " : ", ") + a;
  errors_.push_back({Reason::not_supported, p.text(), std::move(bad), std::move(detail)});
}

void Errors::duplicate(const Path& p, boost::json::value bad) {
  errors_.push_back({Reason::duplicate, p.text(), std::move(bad), {}});
}
void Errors::forbidden(const Path& p, std::string detail) {
  errors_.push_back({Reason::forbidden, p.text(), nullptr, std::move(detail)});
}
void Errors::not_found(const Path& p, boost::json::value bad) {
  errors_.push_back({Reason::not_found, p.text(), std::move(bad), {}});
}

void Errors::too_long(const Path& p, boost::json::value bad, std::size_t max) {
  errors_.push_back(
      {Reason::too_long, p.text(), std::move(bad), "may not be more than " + std::to_string(max) + " bytes"});
}

void Errors::too_many(const Path& p, std::size_t actual, std::size_t max) {
  errors_.push_back({Reason::too_many, p.text(), static_cast<std::int64_t>(actual),
                     "must have at most " + std::to_string(max) + (max == 1 ? " item" : " items")});
}

void Errors::type_invalid(const Path& p, boost::json::value bad, std::string detail) {
  errors_.push_back({Reason::type_invalid, p.text(), std::move(bad), std::move(detail)});
}

}  // namespace api::field
