#include "storage/codec_proto_impl.hpp"

namespace storage::wire {

#define COX_INSTANTIATE(M)                     \
  template std::string encode_proto(const M&); \
  template base::Result<M> decode_proto(std::string_view);
COX_STORAGE_MESSAGES(COX_INSTANTIATE)
#undef COX_INSTANTIATE

void append_frame(std::string& out, std::string_view message) {
  proto::StringSink sink{out};
  std::uint64_t size = message.size();
  for (; size >= 0x80; size >>= 7)
    sink.byte(static_cast<unsigned char>(size | 0x80));
  sink.byte(static_cast<unsigned char>(size));
  out.append(message);
}

base::Result<std::optional<std::string>> FrameReader::next() {
  constexpr int kLengthBytesMax = 10;
  std::uint64_t size = 0;
  int length_bytes = 0;
  for (;;) {
    if (read_ + length_bytes >= buffer_.size()) return std::optional<std::string>();
    const auto b = static_cast<unsigned char>(buffer_[read_ + length_bytes]);
    size |= static_cast<std::uint64_t>(b & 0x7f) << (7 * length_bytes);
    ++length_bytes;
    if (b < 0x80) break;
    if (length_bytes == kLengthBytesMax)
      return base::Error(base::Errc::invalid_argument, "malformed frame length");
  }
  if (size > message_bytes_max_) return base::Error(base::Errc::resource_exhausted, "frame too large");
  if (buffer_.size() - read_ - length_bytes < size) return std::optional<std::string>();
  std::optional<std::string> message(buffer_.substr(read_ + length_bytes, size));
  read_ += length_bytes + size;
  // What was read goes away once it is the larger part, so that each byte moves at most once on average.
  if (read_ * 2 >= buffer_.size()) {
    buffer_.erase(0, read_);
    read_ = 0;
  }
  return message;
}

}  // namespace storage::wire
