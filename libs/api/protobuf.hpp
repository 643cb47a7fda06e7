#pragma once
#include <memory>
#include <string>
#include <string_view>
#include "api/decode.hpp"

/// Objects in protobuf, which Kubernetes' typed clients prefer for built-in kinds (kubectl's create and auth
/// commands among them). Source: "Alternate representations of resources" of the API concepts page.
namespace api {

inline constexpr std::string_view protobuf_type = "application/vnd.kubernetes.protobuf";

/// The JSON document that the bytes (with their "k8s\0" envelope) stand for, as Go would write it: scalars
/// that are zero are left out unless their presence says something. Unknown fields are skipped; nothing else
/// is checked: `check` does that. Errors: BadRequest (malformed); RequestEntityTooLarge; UnsupportedMediaType
/// for types without a protobuf form.
StatusOr<json::value> parse_protobuf(std::string_view bytes, const Type& type,
                                     const DecodeLimits& limits = {});

/// Writes objects in protobuf, byte for byte as upstream's generated code does: fields by number, maps by
/// key, and a zero wherever Go holds a scalar or a struct by value. One pass over the text, from its last
/// field to its first, so that every length is known when it is written. Keeps its memory for the next one;
/// belongs to one thread at a time. What it returns is valid until the next call.
class ProtobufWriter {
 public:
  ProtobufWriter();
  ~ProtobufWriter();

  /// The message that `json`, an object of the schema, is as `type`; without an envelope: an item of a list.
  /// Errors: unsupported (the type has no protobuf form); invalid_argument (not JSON, or not of that type).
  base::Result<std::string_view> message(std::string_view json, const Type& type);
  /// The same in the envelope that names its kind and API version (as the object itself says).
  base::Result<std::string_view> object(std::string_view json, const Type& type);
  /// The object's metadata as a PartialObjectMetadata message; in an envelope if `version` ("v1") is given.
  base::Result<std::string_view> partial_metadata(std::string_view json, std::string_view version = {});

  /// One of the calling thread's own, for code that does not suspend while it uses the result.
  static ProtobufWriter& of_thread();

 private:
  class Impl;
  const std::unique_ptr<Impl> impl_;
};

/// True if objects of that type have a protobuf form: the built-in ones.
bool has_protobuf(const Type& type) noexcept;

/// The pieces between which streamed documents are sent.
namespace protobuf {
/// "k8s\0" and the envelope up to a message of `size` bytes; `envelope_end` follows it.
std::string envelope(std::string_view api_version, std::string_view kind, std::size_t size);
inline constexpr std::string_view envelope_end{"\x1a\0\"\0", 4};
/// What comes before a text or message of `size` bytes in field `number`.
std::string field_head(std::uint32_t number, std::size_t size);
std::size_t field_head_size(std::uint32_t number, std::size_t size) noexcept;
/// A ListMeta message. `remaining` is only sent when positive.
std::string list_meta(std::string_view resource_version, std::string_view continue_token,
                      std::int64_t remaining);
/// A WatchEvent of an object in its envelope, up to the object; with the four bytes that tell its length.
std::string watch_frame_head(std::string_view type, std::size_t object_size);
}  // namespace protobuf

}  // namespace api
