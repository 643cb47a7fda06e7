#include "apiserver/openapi/gzip.hpp"
#include <zlib.h>
#include "base/assert.hpp"

namespace apiserver::openapi {
namespace {

constexpr int gzip_window = MAX_WBITS + 16;  ///< zlib: 16 more asks for the gzip frame.
constexpr std::size_t chunk_bytes = 64 * 1024;

/// Runs `step` (deflate or inflate) to the end of the stream, appending to `out`.
template <class Step>
void pump(z_stream& stream, std::string_view input, std::string& out, Step step) {
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(input.data()));
  stream.avail_in = static_cast<uInt>(input.size());
  int result = Z_OK;
  while (result == Z_OK) {
    const auto used = out.size();
    out.resize(used + chunk_bytes);
    stream.next_out = reinterpret_cast<Bytef*>(out.data() + used);
    stream.avail_out = chunk_bytes;
    result = step(&stream);
    out.resize(used + chunk_bytes - stream.avail_out);
  }
  COX_ASSERT(result == Z_STREAM_END, "zlib ends the stream");
}

}  // namespace

std::string gzip(std::string_view text) {
  z_stream stream{};
  const int begun =
      deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, gzip_window, 8, Z_DEFAULT_STRATEGY);
  COX_ASSERT(begun == Z_OK, "zlib starts");
  std::string out;
  pump(stream, text, out, [](z_stream* s) { return deflate(s, Z_FINISH); });
  deflateEnd(&stream);
  out.shrink_to_fit();
  return out;
}

std::string gunzip(std::string_view bytes) {
  z_stream stream{};
  const int begun = inflateInit2(&stream, gzip_window);
  COX_ASSERT(begun == Z_OK, "zlib starts");
  std::string out;
  pump(stream, bytes, out, [](z_stream* s) { return inflate(s, Z_NO_FLUSH); });
  inflateEnd(&stream);
  return out;
}

}  // namespace apiserver::openapi
