#include "api/protobuf.hpp"
#include "api/protobuf_walker.hpp"
#include "base/assert.hpp"

namespace api {
namespace {

using protobuf::text1;
using protobuf::text2;

constexpr std::string_view magic("k8s\0", 4);

base::Error mismatch(std::string_view what) {
  return base::Error(base::Errc::invalid_argument, "no object for protobuf: " + std::string(what));
}

/// What is in `out` since it had `before` bytes is the message: goes into the envelope.
void close_envelope(protobuf::Walker& walker, std::size_t before, std::string_view api_version,
                    std::string_view kind) {
  walker.close(before, text2);
  const auto names = walker.out.size();
  walker.put_text(kind, text2);
  walker.put_text(api_version, text1);
  walker.close(names, text1);
  walker.out.put(magic);
}

void append_varint(std::string& out, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7)
    out += static_cast<char>(value | 0x80);
  out += static_cast<char>(value);
}

std::size_t varint_size(std::uint64_t value) noexcept {
  std::size_t size = 1;
  for (; value >= 0x80; value >>= 7)
    ++size;
  return size;
}

void append_text(std::string& out, std::uint32_t number, std::string_view text) {
  out += protobuf::field_head(number, text.size());
  out += text;
}

}  // namespace

class ProtobufWriter::Impl : public protobuf::Walker {};

ProtobufWriter::ProtobufWriter() : impl_(std::make_unique<Impl>()) {}
ProtobufWriter::~ProtobufWriter() = default;

ProtobufWriter& ProtobufWriter::of_thread() {
  static thread_local ProtobufWriter writer;
  return writer;
}

bool has_protobuf(const Type& type) noexcept {
  return protobuf::shape_of(type) != nullptr;
}

base::Result<std::string_view> ProtobufWriter::message(std::string_view json, const Type& type) {
  const auto* shape = protobuf::shape_of(type);
  if (!shape) return base::Error(base::Errc::unsupported, "the type has no protobuf form: " + type.name);
  if (!impl_->start(json)) return mismatch("it is not a JSON object");
  if (!impl_->document(*shape)) return mismatch(impl_->problem());
  return impl_->out.bytes();
}

base::Result<std::string_view> ProtobufWriter::object(std::string_view json, const Type& type) {
  const auto* shape = protobuf::shape_of(type);
  if (!shape) return base::Error(base::Errc::unsupported, "the type has no protobuf form: " + type.name);
  if (!impl_->start(json)) return mismatch("it is not a JSON object");
  impl_->out.put(protobuf::envelope_end);
  const auto before = impl_->out.size();
  if (!impl_->document(*shape)) return mismatch(impl_->problem());
  const std::string api_version(impl_->text_of("apiVersion"));
  close_envelope(*impl_, before, api_version, impl_->text_of("kind"));
  return impl_->out.bytes();
}

base::Result<std::string_view> ProtobufWriter::partial_metadata(std::string_view json,
                                                                std::string_view version) {
  static const Type* const type = find_type("io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta");
  COX_ASSERT(type, "the schema has ObjectMeta");
  if (!impl_->start(json)) return mismatch("it is not a JSON object");
  if (!version.empty()) impl_->out.put(protobuf::envelope_end);
  const auto before = impl_->out.size();
  if (!impl_->member_document("metadata", *protobuf::shape_of(*type))) return mismatch(impl_->problem());
  impl_->close(before, text1);
  if (!version.empty())
    close_envelope(*impl_, before, "meta.k8s.io/" + std::string(version), "PartialObjectMetadata");
  return impl_->out.bytes();
}

namespace protobuf {

std::string field_head(std::uint32_t number, std::size_t size) {
  std::string out;
  append_varint(out, number << 3 | static_cast<std::uint32_t>(Wire::bytes));
  append_varint(out, size);
  return out;
}

std::size_t field_head_size(std::uint32_t number, std::size_t size) noexcept {
  return varint_size(number << 3) + varint_size(size);
}

std::string envelope(std::string_view api_version, std::string_view kind, std::size_t size) {
  std::string names;
  append_text(names, 1, api_version);
  append_text(names, 2, kind);
  std::string out(magic);
  append_text(out, 1, names);
  return out += field_head(2, size);
}

std::string list_meta(std::string_view resource_version, std::string_view continue_token,
                      std::int64_t remaining) {
  std::string out;
  append_text(out, 1, "");  // selfLink, which nobody sets any more.
  append_text(out, 2, resource_version);
  append_text(out, 3, continue_token);
  if (remaining > 0) {
    out += tag_of(4, Wire::varint);
    append_varint(out, static_cast<std::uint64_t>(remaining));
  }
  return out;
}

std::string watch_frame_head(std::string_view type, std::size_t object_size) {
  std::string event;
  append_text(event, 1, type);
  event += field_head(2, field_head_size(1, object_size) + object_size);
  event += field_head(1, object_size);
  const auto size = event.size() + object_size;
  std::string out;
  for (int shift = 24; shift >= 0; shift -= 8)
    out += static_cast<char>(size >> shift);
  return out += event;
}

}  // namespace protobuf

}  // namespace api
