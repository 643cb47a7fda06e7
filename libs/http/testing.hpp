#pragma once
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/strand.hpp>
#include <exception>
#include <functional>
#include <memory>
#include <string>
#include "http/client.hpp"
#include "http/server.hpp"
#include "pki/certificate.hpp"

/// What this library's tests share: a certificate authority in memory and a loop that runs one coroutine.
namespace http::testing {

/// A fresh authority and what it signs.
class Certificates {
 public:
  Certificates();
  struct Pair {
    std::string certificate, key;
  };
  Pair issue(const std::string& name, std::chrono::hours valid_for = std::chrono::hours(1)) const;
  const pki::Authority& authority() const { return authority_; }
  std::string ca() const { return authority_.certificate.pem(); }
  std::shared_ptr<TlsContext> server(TlsContext::ClientAuth auth = TlsContext::ClientAuth::request) const;
  std::shared_ptr<TlsContext> client() const;                      ///< Without a certificate of its own.
  std::shared_ptr<TlsContext> client(const Pair& identity) const;  ///< With one.

 private:
  pki::Authority authority_;
};

/// Runs `body` on a strand until it ends; an exception of it is the test's. `body` gets the loop's executor.
void run(std::function<base::Awaitable<void>(base::Executor)> body);

}  // namespace http::testing
