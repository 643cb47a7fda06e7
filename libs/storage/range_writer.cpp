#include "storage/range_writer.hpp"
#include <charconv>
#include "base/encoding.hpp"
#include "storage/codec.hpp"

namespace storage::wire {
namespace {

/// Of RangeResponse and KeyValue. Source: etcd's rpc.proto and kv.proto.
enum Tag : char {
  kKvs = 2 << 3 | 2,
  kMore = 3 << 3,
  kCount = 4 << 3,
  kKey = 1 << 3 | 2,
  kCreateRevision = 2 << 3,
  kModRevision = 3 << 3,
  kVersion = 4 << 3,
  kValue = 5 << 3 | 2,
  kLease = 6 << 3
};
constexpr std::int64_t kSample = 16;
/// A tag and a varint.
constexpr std::size_t kFieldBytesMax = 11;

char* put_varint(char* to, std::uint64_t n) {
  for (; n >= 0x80; n >>= 7)
    *to++ = static_cast<char>(n | 0x80);
  *to++ = static_cast<char>(n);
  return to;
}
std::size_t varint_size(std::uint64_t n) {
  std::size_t size = 1;
  for (; n >= 0x80; n >>= 7)
    ++size;
  return size;
}
char* put_number(char* to, Tag tag, std::int64_t n) {
  if (n == 0) return to;
  *to++ = tag;
  return put_varint(to, static_cast<std::uint64_t>(n));
}
std::size_t bytes_field_size(std::string_view bytes) {
  return bytes.empty() ? 0 : 1 + varint_size(bytes.size()) + bytes.size();
}
void append_bytes(std::string& out, Tag tag, std::string_view bytes) {
  if (bytes.empty()) return;
  char head[kFieldBytesMax] = {tag};
  out.append(head, static_cast<std::size_t>(put_varint(head + 1, bytes.size()) - head)).append(bytes);
}

}  // namespace

RangeWriter::RangeWriter(Form form, const ResponseHeader& header, std::int64_t items_expected)
    : form_(form), items_expected_(items_expected) {
  const HeaderResponse alone{header};  // Of it the header is the first field too.
  out_ = form == Form::json ? encode_json(alone) : encode_proto(alone);
  if (form == Form::json) out_.pop_back();
}

/// By what the first ones took.
void RangeWriter::make_room() {
  constexpr std::size_t kRoomBytesMax = 16 << 20;
  const std::size_t each = out_.size() / static_cast<std::size_t>(kSample) + 1;
  const auto items = static_cast<std::size_t>(items_expected_);
  out_.reserve(items < kRoomBytesMax / each ? each * items + each * items / 32 : kRoomBytesMax);
}

void RangeWriter::add(const Item& kv) {
  form_ == Form::json ? add_json(kv) : add_proto(kv);
  any_ = true;
  if (++items_ == kSample && items_expected_ > kSample) make_room();
}

void RangeWriter::add_proto(const Item& kv) {
  char before[3 * kFieldBytesMax];  // The numbers before the value.
  char* end = put_number(before, kCreateRevision, kv.create_revision);
  end = put_number(end, kModRevision, kv.mod_revision);
  end = put_number(end, kVersion, kv.version);
  const std::string_view numbers(before, static_cast<std::size_t>(end - before));
  char after[kFieldBytesMax];
  const std::string_view lease(after, static_cast<std::size_t>(put_number(after, kLease, kv.lease) - after));
  const std::size_t size =
      bytes_field_size(kv.key) + numbers.size() + bytes_field_size(kv.value) + lease.size();
  char head[kFieldBytesMax] = {kKvs};
  out_.append(head, static_cast<std::size_t>(put_varint(head + 1, size) - head));
  append_bytes(out_, kKey, kv.key);
  out_ += numbers;
  append_bytes(out_, kValue, kv.value);
  out_ += lease;
}

void RangeWriter::number(const char* name, std::int64_t n) {
  if (n == 0) return;
  char text[24];
  const char* end = std::to_chars(text, text + sizeof text, n).ptr;
  (((out_ += ",\"") += name) += "\":\"").append(text, static_cast<std::size_t>(end - text)) += '"';
}

void RangeWriter::add_json(const Item& kv) {
  out_ += any_ ? ",{\"key\":\"" : ",\"kvs\":[{\"key\":\"";
  base::base64_append(out_, kv.key);
  out_ += '"';
  number("create_revision", kv.create_revision);
  number("mod_revision", kv.mod_revision);
  number("version", kv.version);
  if (!kv.value.empty()) {
    out_ += ",\"value\":\"";
    base::base64_append(out_, kv.value);
    out_ += '"';
  }
  number("lease", kv.lease);
  out_ += '}';
}

std::string RangeWriter::finish(bool more, std::int64_t count) {
  if (form_ == Form::json) {
    if (any_) out_ += ']';
    if (more) out_ += ",\"more\":true";
    number("count", count);
    out_ += '}';
  } else {
    char tail[2 * kFieldBytesMax];
    char* end = put_number(tail, kMore, more ? 1 : 0);
    end = put_number(end, kCount, count);
    out_.append(tail, static_cast<std::size_t>(end - tail));
  }
  return std::move(out_);
}

}  // namespace storage::wire
