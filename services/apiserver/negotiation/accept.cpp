#include "apiserver/negotiation/accept.hpp"
#include <algorithm>
#include <cctype>
#include <charconv>

namespace apiserver::negotiation {
namespace {

constexpr std::size_t ranges_max = 64;

std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t'))
    text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t'))
    text.remove_suffix(1);
  return text;
}

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), [](unsigned char c) { return std::tolower(c); });
  return out;
}

/// The part before the next `separator`; `rest` becomes what follows it.
std::string_view next_part(std::string_view& rest, char separator) {
  const auto end = rest.find(separator);
  const auto part = rest.substr(0, end);
  rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
  return trim(part);
}

/// 0 for what is no quality, so that the range is left out.
double quality_of(std::string_view text) {
  double q = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), q);
  return error == std::errc() && end == text.data() + text.size() && q >= 0 && q <= 1 ? q : 0;
}

std::optional<MediaRange> parse_range(std::string_view text) {
  MediaRange range;
  range.type = lower(next_part(text, ';'));
  const auto slash = range.type.find('/');
  if (slash == std::string::npos || slash == 0 || slash + 1 == range.type.size()) return {};
  while (!text.empty()) {
    auto parameter = next_part(text, ';');
    const auto name = lower(next_part(parameter, '='));
    if (parameter.size() >= 2 && parameter.front() == '"' && parameter.back() == '"')
      parameter = parameter.substr(1, parameter.size() - 2);
    if (name == "q")
      range.quality = quality_of(parameter);
    else if (!name.empty())
      range.parameters.emplace_back(name, std::string(parameter));
  }
  return range;
}

std::optional<Shape> shape_of(const MediaRange& range) {
  const auto as = range.parameter("as");
  if (as.empty()) return Shape::object;
  const auto version = range.parameter("v");
  if (range.parameter("g") != "meta.k8s.io" || (version != "v1" && version != "v1beta1")) return {};
  if (as == "Table") return Shape::table;
  if (as == "PartialObjectMetadata") return Shape::metadata;
  if (as == "PartialObjectMetadataList") return Shape::metadata_list;
  return {};
}

/// Upstream guesses a person behind these.
bool reads_by_eye(std::string_view user_agent) {
  for (const auto prefix : {"curl", "Wget", "Mozilla/5.0"})
    if (user_agent.starts_with(prefix)) return true;
  return false;
}

}  // namespace

std::string_view MediaRange::parameter(std::string_view name) const noexcept {
  for (const auto& [key, value] : parameters)
    if (key == name) return value;
  return {};
}

bool MediaRange::covers(std::string_view media_type) const noexcept {
  if (type == "*/*" || type == media_type) return true;
  return type.ends_with("/*") && media_type.starts_with(std::string_view(type).substr(0, type.size() - 1));
}

std::vector<MediaRange> parse_accept(std::string_view header) {
  std::vector<MediaRange> ranges;
  if (trim(header).empty()) header = "*/*";
  while (!header.empty() && ranges.size() < ranges_max)
    if (auto range = parse_range(next_part(header, ',')); range && range->quality > 0)
      ranges.push_back(std::move(*range));
  std::stable_sort(ranges.begin(), ranges.end(),
                   [](const auto& a, const auto& b) { return a.quality > b.quality; });
  return ranges;
}

std::optional<Form> accepted_form(std::string_view accept, std::string_view pretty,
                                  std::string_view user_agent) {
  for (const auto& range : parse_accept(accept)) {
    const auto shape = shape_of(range);
    if (!shape) continue;
    Form form;
    form.shape = *shape;
    if (const auto version = range.parameter("v"); *shape != Shape::object) form.version = version;
    const auto wish = pretty.empty() ? range.parameter("pretty") : pretty;
    form.pretty = wish.empty() ? reads_by_eye(user_agent) : wish != "0" && wish != "false";
    if (range.covers("application/json")) return form;
    form.encoding = Encoding::yaml;
    if (range.covers("application/yaml")) return form;
  }
  return {};
}

std::string offered_types() {
  return "application/json, application/yaml";
}

std::string_view content_type(const Form& form) noexcept {
  return form.encoding == Encoding::json ? "application/json" : "application/yaml";
}

}  // namespace apiserver::negotiation
