#include "apiserver/request/gzip.hpp"
#include <zlib.h>
#include "base/assert.hpp"

namespace apiserver::request {
namespace {

constexpr int gzip_window = MAX_WBITS + 16;  ///< zlib: 16 more asks for the gzip frame.
constexpr std::size_t chunk_bytes = 16 * 1024;

std::string_view trim(std::string_view text) {
  while (!text.empty() && text.front() == ' ')
    text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ')
    text.remove_suffix(1);
  return text;
}

}  // namespace

bool accepts_gzip(const http::Headers& headers) {
  auto rest = headers.get("Accept-Encoding");
  while (!rest.empty()) {
    const auto comma = rest.find(',');
    if (trim(rest.substr(0, comma)) == "gzip") return true;
    rest = comma == std::string_view::npos ? std::string_view() : rest.substr(comma + 1);
  }
  return false;
}

struct Gzip::Stream {
  z_stream z{};
};

Gzip::Gzip() : stream_(std::make_unique<Stream>()) {
  const int begun = deflateInit2(&stream_->z, Z_BEST_SPEED, Z_DEFLATED, gzip_window, 8, Z_DEFAULT_STRATEGY);
  COX_ASSERT(begun == Z_OK, "zlib starts");
}

Gzip::~Gzip() {
  deflateEnd(&stream_->z);
}

void Gzip::add(std::string_view text, std::string& out) {
  pump(text, Z_NO_FLUSH, out);
}

void Gzip::finish(std::string& out) {
  pump({}, Z_FINISH, out);
}

void Gzip::pump(std::string_view text, int flush, std::string& out) {
  auto& z = stream_->z;
  z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  z.avail_in = static_cast<uInt>(text.size());
  do {
    const auto used = out.size();
    out.resize(used + chunk_bytes);
    z.next_out = reinterpret_cast<Bytef*>(out.data() + used);
    z.avail_out = chunk_bytes;
    const int result = deflate(&z, flush);
    COX_ASSERT(result == Z_OK || result == Z_STREAM_END || result == Z_BUF_ERROR, "zlib goes on");
    out.resize(used + chunk_bytes - z.avail_out);
  } while (z.avail_out == 0);
}

}  // namespace apiserver::request
