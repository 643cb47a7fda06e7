#pragma once
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <string>
#include <string_view>
#include <vector>
#include "api/field_error.hpp"
#include "structural/schema.hpp"

/// Schemas, objects and errors as texts, for tables of tests.
namespace structural::testing {

inline json::value parse(std::string_view text) {
  return json::parse(json::string_view(text.data(), text.size()));
}
inline SchemaPtr schema(std::string_view text) {
  return read(parse(text).as_object());
}
inline std::vector<std::string> texts(const api::field::Errors& errors) {
  std::vector<std::string> out;
  for (const auto& e : errors)
    out.push_back(e.text());
  return out;
}

}  // namespace structural::testing
