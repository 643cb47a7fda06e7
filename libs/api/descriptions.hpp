#pragma once
#include <string_view>

namespace api {

/// What a built-in type or one of its fields is for, in a sentence of ours (schema/descriptions.json), as
/// `kubectl explain` shows it; empty where nothing was written. Lives for the whole process.
std::string_view description_of(std::string_view type, std::string_view field = {}) noexcept;

namespace data {
struct RawDescription {
  std::string_view type, field, text;
};
extern const RawDescription descriptions[];  ///< Generated; by type and field. Type "*": of any type.
extern const std::size_t description_count;
}  // namespace data

}  // namespace api
