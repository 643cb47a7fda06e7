#include "bench/grpc_connection.hpp"
#include <nghttp2/nghttp2.h>
#include <openssl/ssl.h>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <cstring>

namespace bench {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
constexpr auto no_throw = asio::as_tuple(asio::use_awaitable);
/// As large as HTTP/2 allows: the reader of a benchmark is never the one who slows down.
constexpr std::int32_t kWindow = 0x7fffffff;

SSL_CTX* adopt(const std::shared_ptr<void>& native) {
  auto* ctx = static_cast<SSL_CTX*>(native.get());
  SSL_CTX_up_ref(ctx);  // asio's context frees what it adopts.
  return ctx;
}

nghttp2_nv field(std::string_view name, std::string_view value) {
  auto* n = reinterpret_cast<std::uint8_t*>(const_cast<char*>(name.data()));
  auto* v = reinterpret_cast<std::uint8_t*>(const_cast<char*>(value.data()));
  return {n, v, name.size(), value.size(), NGHTTP2_NV_FLAG_NONE};
}

base::Error broken(const std::string& why) {
  return {base::Errc::unavailable, "gRPC: " + why};
}

ssize_t read_request(nghttp2_session*, std::int32_t, std::uint8_t* out, std::size_t size,
                     std::uint32_t* flags, nghttp2_data_source* source, void*) {
  auto& call = *static_cast<GrpcConnection::Call*>(source->ptr);
  const std::size_t n = std::min(size, call.body.size() - call.sent);
  std::memcpy(out, call.body.data() + call.sent, n);
  call.sent += n;
  if (call.sent == call.body.size()) *flags |= NGHTTP2_DATA_FLAG_EOF;
  return static_cast<ssize_t>(n);
}

}  // namespace

struct Callbacks {
  static GrpcConnection& of(void* user) { return *static_cast<GrpcConnection*>(user); }

  static int on_header(nghttp2_session*, const nghttp2_frame* frame, const std::uint8_t* name,
                       std::size_t name_size, const std::uint8_t* value, std::size_t value_size, std::uint8_t,
                       void* user) {
    const auto found = of(user).calls_.find(frame->hd.stream_id);
    if (found == of(user).calls_.end()) return 0;
    const std::string_view key(reinterpret_cast<const char*>(name), name_size);
    const std::string_view text(reinterpret_cast<const char*>(value), value_size);
    if (key == "grpc-status") found->second->status = text;
    if (key == "grpc-message") found->second->message = text;
    return 0;
  }
  static int on_data(nghttp2_session*, std::uint8_t, std::int32_t id, const std::uint8_t* bytes,
                     std::size_t size, void* user) {
    const auto found = of(user).calls_.find(id);
    if (found != of(user).calls_.end()) found->second->on_bytes({reinterpret_cast<const char*>(bytes), size});
    return 0;
  }
  static int on_close(nghttp2_session*, std::int32_t id, std::uint32_t error, void* user) {
    const auto found = of(user).calls_.find(id);
    if (found == of(user).calls_.end()) return 0;
    const auto& call = *found->second;
    base::Result<void> result;
    if (call.status != "0")
      result = broken(call.status.empty() ? "stream error " + std::to_string(error)
                                          : "status " + call.status + ": " + call.message);
    of(user).finish(id, std::move(result));
    return 0;
  }
};

GrpcConnection::GrpcConnection(base::Executor strand, std::string authority, std::shared_ptr<void> ssl)
    : strand_(std::move(strand)),
      authority_(std::move(authority)),
      native_(std::move(ssl)),
      context_(adopt(native_)),
      stream_(strand_, context_),
      write_wanted_(strand_),
      tasks_(strand_, "grpc") {
  nghttp2_session_callbacks* callbacks = nullptr;
  nghttp2_session_callbacks_new(&callbacks);
  nghttp2_session_callbacks_set_on_header_callback(callbacks, Callbacks::on_header);
  nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, Callbacks::on_data);
  nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, Callbacks::on_close);
  nghttp2_session_client_new(&session_, callbacks, this);
  nghttp2_session_callbacks_del(callbacks);
}

GrpcConnection::~GrpcConnection() {
  nghttp2_session_del(session_);
}

base::Awaitable<base::Result<void>> GrpcConnection::connect(std::string host, std::string port) {
  tcp::resolver resolver(strand_);
  auto [resolve_error, addresses] = co_await resolver.async_resolve(host, port, no_throw);
  if (resolve_error) co_return broken(resolve_error.message());
  auto [error, address] = co_await asio::async_connect(stream_.next_layer(), addresses, no_throw);
  if (error) co_return broken(error.message());
  stream_.next_layer().set_option(tcp::no_delay(true));
  SSL* ssl = stream_.native_handle();
  constexpr unsigned char kProtocols[] = "\x02h2";
  SSL_set_alpn_protos(ssl, kProtocols, sizeof kProtocols - 1);
  X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), host.c_str());
  auto [tls_error] = co_await stream_.async_handshake(asio::ssl::stream_base::client, no_throw);
  if (tls_error) co_return broken(tls_error.message());
  const nghttp2_settings_entry settings[] = {{NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, kWindow},
                                             {NGHTTP2_SETTINGS_MAX_FRAME_SIZE, 1 << 20}};
  nghttp2_submit_settings(session_, NGHTTP2_FLAG_NONE, settings, 2);
  nghttp2_session_set_local_window_size(session_, NGHTTP2_FLAG_NONE, 0, kWindow);
  tasks_.spawn("read", [this] { return read(); });
  tasks_.spawn("write", [this] { return write(); });
  write_wanted_.set();
  co_return base::Result<void>();
}

base::Awaitable<void> GrpcConnection::read() {
  std::string buffer(128 * 1024, '\0');
  while (!broken_) {
    auto [error, n] = co_await stream_.async_read_some(asio::buffer(buffer), no_throw);
    if (error) co_return fail(error.message());
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(buffer.data());
    if (nghttp2_session_mem_recv(session_, bytes, n) < 0) co_return fail("malformed HTTP/2");
    if (nghttp2_session_want_write(session_)) write_wanted_.set();
  }
}

base::Awaitable<void> GrpcConnection::write() {
  for (;;) {
    out_.clear();
    const std::uint8_t* bytes = nullptr;
    while (out_.size() < 256 * 1024) {
      const ssize_t n = nghttp2_session_mem_send(session_, &bytes);
      if (n <= 0) break;
      out_.append(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(n));
    }
    if (out_.empty()) {
      write_wanted_.reset();
      const bool wanted = co_await write_wanted_.wait();
      if (!wanted) co_return;
      continue;
    }
    auto [error, n] = co_await asio::async_write(stream_, asio::buffer(out_), no_throw);
    if (error) co_return fail(error.message());
  }
}

void GrpcConnection::submit(CallPtr call, const std::vector<std::string>& messages) {
  if (broken_) return call->done(broken("the connection is closed"));
  for (const std::string& message : messages) {
    const auto size = static_cast<std::uint32_t>(message.size());
    call->body.push_back('\0');  // Not compressed.
    for (int shift = 24; shift >= 0; shift -= 8)
      call->body.push_back(static_cast<char>(size >> shift));
    call->body += message;
  }
  const nghttp2_nv head[] = {field(":method", "POST"),
                             field(":scheme", "https"),
                             field(":authority", authority_),
                             field(":path", call->path),
                             field("content-type", "application/grpc"),
                             field("te", "trailers")};
  nghttp2_data_provider provider{};
  provider.source.ptr = call.get();
  provider.read_callback = read_request;
  const std::int32_t id =
      nghttp2_submit_request(session_, nullptr, head, std::size(head), &provider, nullptr);
  if (id < 0) return call->done(broken(nghttp2_strerror(id)));
  calls_[id] = std::move(call);
  write_wanted_.set();
}

void GrpcConnection::finish(std::int32_t id, base::Result<void> result) {
  const auto found = calls_.find(id);
  const CallPtr call = std::move(found->second);
  calls_.erase(found);
  call->done(std::move(result));
}

void GrpcConnection::fail(const std::string& why) {
  broken_ = true;
  while (!calls_.empty())
    finish(calls_.begin()->first, broken(why));
}

base::Awaitable<void> GrpcConnection::close() {
  auto shut = [this]() -> base::Awaitable<void> {
    fail("closed");
    boost::system::error_code ignored;
    stream_.next_layer().close(ignored);
    co_return;
  };
  co_await asio::co_spawn(strand_, std::move(shut), asio::use_awaitable);
  tasks_.cancel();
  co_await tasks_.join();
}

}  // namespace bench
