#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// What form of an answer a client asks for. Source: upstream's negotiation, which is RFC 9110 section 12.5.1
/// with an order of its own; Kubernetes API concepts, "Alternate representations of resources", "Receiving
/// resources as Tables", "Metadata-only fetches".
namespace apiserver::negotiation {

/// One range of an Accept header. Names and type are lower case, parameter values as sent.
struct MediaRange {
  std::string type;  ///< "application/json", "application/*", "*/*"
  std::vector<std::pair<std::string, std::string>> parameters;  ///< Without q.
  double quality = 1;
  /// The value, or empty.
  std::string_view parameter(std::string_view name) const noexcept;
  bool has(std::string_view name) const noexcept;
  bool covers(std::string_view media_type) const noexcept;
};

/// The ranges, the wanted ones first, in upstream's order: by quality, and those with stars after those
/// without. At most 64; what is no range is left out. An empty header is `*/*`.
std::vector<MediaRange> parse_accept(std::string_view header);

enum class Encoding { json, yaml, protobuf };
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

/// What an address can answer with.
struct Offer {
  bool protobuf = true;  ///< Its objects have that form: not those of custom resources.
  bool shapes = true;    ///< Other shapes than its own: resources, unless the answer is an error.
};
/// What of a request decides beside the Accept header.
struct Reader {
  std::string_view pretty;      ///< The query parameter; empty if absent.
  std::string_view user_agent;  ///< curl and the like get line breaks unless `pretty` says otherwise.
};

/// The first form that the client accepts and the address offers; nothing: 406.
std::optional<Form> accepted_form(std::string_view accept, const Reader& reader = {},
                                  const Offer& offer = {});
/// What is offered, for the 406's message. `streams`: of a watch.
std::string offered_types(const Offer& offer = {}, bool streams = false);
/// The Content-Type of an answer in that form, or of a watch.
std::string_view content_type(const Form& form, bool stream = false) noexcept;

}  // namespace apiserver::negotiation
