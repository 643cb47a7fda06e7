#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// What form of an answer a client asks for. Source: RFC 9110 section 12.5.1; Kubernetes API concepts,
/// "Receiving resources as Tables", "Metadata-only fetches".
namespace apiserver::negotiation {

/// One range of an Accept header. Names and type are lower case, parameter values as sent.
struct MediaRange {
  std::string type;  ///< "application/json", "application/*", "*/*"
  std::vector<std::pair<std::string, std::string>> parameters;  ///< Without q.
  double quality = 1;
  /// The value, or empty.
  std::string_view parameter(std::string_view name) const noexcept;
  bool covers(std::string_view media_type) const noexcept;
};

/// The ranges, the wanted ones first: by quality, then in order of appearance. At most 64; malformed ones and
/// those of quality 0 are left out. An empty header is `*/*`.
std::vector<MediaRange> parse_accept(std::string_view header);

enum class Encoding { json, yaml };
enum class Shape {
  object,         ///< As stored.
  table,          ///< meta.k8s.io Table
  metadata,       ///< meta.k8s.io PartialObjectMetadata
  metadata_list,  ///< meta.k8s.io PartialObjectMetadataList
};
struct Form {
  Encoding encoding = Encoding::json;
  Shape shape = Shape::object;
  std::string version = "v1";  ///< Of meta.k8s.io, for the other shapes: "v1" or "v1beta1".
  bool pretty = false;         ///< JSON with line breaks.
};

/// The first form of resources that the client accepts and this server makes; nothing: 406.
/// `pretty`: the query parameter, empty if absent. `user_agent`: curl and the like get line breaks unless
/// `pretty` says otherwise, as upstream.
std::optional<Form> accepted_form(std::string_view accept, std::string_view pretty = {},
                                  std::string_view user_agent = {});
/// What `accepted_form` can answer with, for the 406's message.
std::string offered_types();
/// The Content-Type of an answer in that form.
std::string_view content_type(const Form& form) noexcept;

}  // namespace apiserver::negotiation
