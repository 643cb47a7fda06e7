#pragma once
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <functional>
#include <memory>
#include "http/body_reader.hpp"
#include "http/client.hpp"
#include "http/endpoint.hpp"
#include "http/head.hpp"

/// Internal to libs/http: one request on one connection.
namespace http::detail {

/// What a finished exchange does with its connection: back to the pool, when it can be used again.
using GiveBack = std::function<void(ClientConnectionPtr)>;

/// A response, and while its request still has a body to send, that too. Belongs to one strand.
class ClientExchange final : public RequestStream {
 public:
  ClientExchange(ClientConnectionPtr connection, GiveBack give_back, bool head_request);
  ~ClientExchange() override;

  /// Writes the head, and the whole body when the framing is not chunked.
  base::Awaitable<error_code> send(const Request& request, std::string_view authority,
                                   std::string_view user_agent, Framing framing);
  /// True once a byte of the answer has arrived.
  bool answered() const noexcept { return answered_; }
  std::shared_ptr<Stream> stream() const { return connection_->stream; }

  int status() const override { return static_cast<int>(parser_->get().result_int()); }
  const Headers& headers() const override { return headers_; }
  base::Awaitable<base::Result<void>> wait_head() override;
  base::Awaitable<base::Result<std::string>> read_some() override;
  /// All of the body. Error: resource_exhausted beyond `bytes_max`; those of read_some.
  base::Awaitable<base::Result<std::string>> read_all(std::size_t bytes_max);
  base::Awaitable<base::Result<void>> write(std::string data) override;
  base::Awaitable<base::Result<void>> finish() override;

 private:
  using Parser = boost::beast::http::response_parser<boost::beast::http::buffer_body>;

  base::Awaitable<error_code> fill();
  void new_parser();
  void take_headers();
  base::Awaitable<base::Result<std::string>> read_sized(std::size_t size);
  /// Gives the connection back when both directions are properly done.
  void release();

  ClientConnectionPtr connection_;
  GiveBack give_back_;
  std::unique_ptr<Parser> parser_;
  Headers headers_;
  bool head_request_, answered_ = false, sent_all_ = false, received_all_ = false;
  bool bypassed_ = false;  ///< The body was read past the parser, whole.
};

}  // namespace http::detail
