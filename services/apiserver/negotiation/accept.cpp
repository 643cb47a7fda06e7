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

/// 0 for what is no number.
double quality_of(std::string_view text) {
  double q = 0;
  std::from_chars(text.data(), text.data() + text.size(), q);
  return q;
}

std::optional<MediaRange> parse_range(std::string_view text) {
  MediaRange range;
  range.type = lower(next_part(text, ';'));
  if (range.type == "*") range.type = "*/*";
  const auto slash = range.type.find('/');
  if (slash == std::string::npos || range.type.find('/', slash + 1) != std::string::npos) return {};
  while (!text.empty()) {
    auto parameter = next_part(text, ';');
    if (parameter.find('=') == std::string_view::npos) continue;
    const auto name = lower(next_part(parameter, '='));
    const auto value = trim(parameter);
    if (name == "q")
      range.quality = quality_of(value);
    else
      range.parameters.emplace_back(name, std::string(value));
  }
  return range;
}

/// Upstream's comparison, which is no order: a higher quality goes first, and so does what has no star.
bool goes_before(const MediaRange& a, const MediaRange& b) {
  if (a.quality > b.quality) return true;
  const bool a_any = a.type.starts_with("*/"), b_any = b.type.starts_with("*/");
  if (!a_any && b_any) return true;
  return !a.type.ends_with("/*") && b.type.ends_with("/*");
}

struct Media {
  Encoding encoding;
  std::string_view type, stream;  ///< As a watch is named; empty: it cannot be one.
};
/// In the server's order of preference.
constexpr Media all_media[] = {
    {Encoding::json, "application/json", "application/json"},
    {Encoding::yaml, "application/yaml", ""},
    {Encoding::protobuf, "application/vnd.kubernetes.protobuf",
     "application/vnd.kubernetes.protobuf;stream=watch"},
};

/// The shape asked for; nothing: there is none of that name.
std::optional<Shape> shape_of(const MediaRange& range) {
  if (!range.has("as") && !range.has("g") && !range.has("v")) return Shape::object;
  const auto as = range.parameter("as"), version = range.parameter("v");
  if (range.parameter("g") != "meta.k8s.io" || (version != "v1" && version != "v1beta1")) return {};
  if (as == "Table") return Shape::table;
  if (as == "PartialObjectMetadata") return Shape::metadata;
  if (as == "PartialObjectMetadataList") return Shape::metadata_list;
  return {};
}

/// True if `media` can be sent as the range's parameters say.
bool can_be(const Media& media, Shape shape, const MediaRange& range, const Offer& offer) {
  const auto stream = range.parameter("stream"), server_version = range.parameter("sv");
  if (!stream.empty() && (stream != "watch" || media.stream.empty())) return false;
  if (!server_version.empty() && (server_version != "v1" || !offer.shapes)) return false;
  const bool protobuf = media.encoding == Encoding::protobuf;
  if (shape == Shape::object) return offer.protobuf || !protobuf;
  return offer.shapes && (shape != Shape::table || !protobuf);
}

/// Upstream guesses a person behind these.
bool reads_by_eye(std::string_view user_agent) {
  for (const auto prefix : {"curl", "Wget", "Mozilla/5.0"})
    if (user_agent.starts_with(prefix)) return true;
  return false;
}

/// As Go reads a boolean.
bool is_true(std::string_view text) {
  for (const auto word : {"1", "t", "T", "TRUE", "true", "True"})
    if (text == word) return true;
  return false;
}

}  // namespace

std::string_view MediaRange::parameter(std::string_view name) const noexcept {
  for (const auto& [key, value] : parameters)
    if (key == name) return value;
  return {};
}

bool MediaRange::has(std::string_view name) const noexcept {
  return std::any_of(parameters.begin(), parameters.end(), [name](const auto& p) { return p.first == name; });
}

bool MediaRange::covers(std::string_view media_type) const noexcept {
  if (type == "*/*" || type == media_type) return true;
  return type.ends_with("/*") && media_type.starts_with(std::string_view(type).substr(0, type.size() - 1));
}

std::vector<MediaRange> parse_accept(std::string_view header) {
  std::vector<MediaRange> ranges;
  if (header.empty()) header = "*/*";
  while (!header.empty() && ranges.size() < ranges_max)
    if (auto range = parse_range(next_part(header, ','))) ranges.push_back(std::move(*range));
  // By insertion, as upstream: what `goes_before` says is no order, and other ways to sort end elsewhere.
  for (std::size_t i = 1; i < ranges.size(); ++i)
    for (std::size_t j = i; j > 0 && goes_before(ranges[j], ranges[j - 1]); --j)
      std::swap(ranges[j], ranges[j - 1]);
  return ranges;
}

std::optional<Form> accepted_form(std::string_view accept, const Reader& reader, const Offer& offer) {
  for (const auto& range : parse_accept(accept)) {
    const auto shape = shape_of(range);
    if (!shape) continue;
    for (const auto& media : all_media) {
      if (!range.covers(media.type) || !can_be(media, *shape, range, offer)) continue;
      Form form;
      form.encoding = media.encoding;
      form.shape = *shape;
      if (*shape != Shape::object) form.version = range.parameter("v");
      const bool asked = reader.pretty.empty() ? reads_by_eye(reader.user_agent) : is_true(reader.pretty);
      form.pretty = media.encoding == Encoding::json && (asked || range.parameter("pretty") == "1");
      return form;
    }
  }
  return {};
}

std::string offered_types(const Offer& offer, bool streams) {
  std::string types;
  for (const auto& media : all_media) {
    if ((media.encoding == Encoding::protobuf && !offer.protobuf) || (streams && media.stream.empty()))
      continue;
    types.append(types.empty() ? "" : ", ").append(media.type).append(streams ? ";stream=watch" : "");
  }
  return types;
}

std::string_view content_type(const Form& form, bool stream) noexcept {
  for (const auto& media : all_media)
    if (media.encoding == form.encoding) return stream ? media.stream : media.type;
  return {};
}

}  // namespace apiserver::negotiation
