#pragma once
#include <boost/json/value.hpp>
#include <functional>
#include <memory>
#include <string>
#include "apiserver/service/service.hpp"
#include "http/client.hpp"
#include "pki/certificate.hpp"
#include "storage/memory_store.hpp"

/// A whole server over a store in memory, on a port of its own, with an authority that signs its clients.
namespace apiserver::testing {

/// An answer as a test looks at it.
struct Answer {
  int status = 0;
  std::string body;
  http::Headers headers;
  boost::json::value json() const;
  /// The text at a path of members, "" if absent: at("spec", "clusterIP").
  template <class... S>
  std::string at(S... path) const {
    return at_path({std::string_view(path)...});
  }
  std::string at_path(std::initializer_list<std::string_view> path) const;
  std::string message() const { return at("message"); }
};

/// One who asks.
class Client {
 public:
  Client(std::shared_ptr<http::Client> client, std::string token = {})
      : client_(std::move(client)), token_(std::move(token)) {}
  base::Awaitable<Answer> get(std::string path) { return send("GET", std::move(path), ""); }
  base::Awaitable<Answer> post(std::string path, std::string body) {
    return send("POST", std::move(path), std::move(body));
  }
  base::Awaitable<Answer> send(std::string method, std::string path, std::string body);
  /// GET until the answer satisfies `good`, for five seconds; then the last one as it is.
  base::Awaitable<Answer> get_until(std::string path, std::function<bool(const Answer&)> good);
  base::Awaitable<base::Result<std::unique_ptr<http::ResponseStream>>> open(std::string path);

 private:
  http::Request request(std::string method, std::string path) const;
  std::shared_ptr<http::Client> client_;
  std::string token_;
};

class Cluster {
 public:
  explicit Cluster(base::Runtime& runtime);
  base::Runtime& runtime;
  std::shared_ptr<storage::MemoryStore> store = std::make_shared<storage::MemoryStore>();
  std::unique_ptr<Service> service;

  void start();
  base::Awaitable<void> until_ready();
  /// By a certificate of `name` in `groups`.
  Client as(const std::string& name, std::vector<std::string> groups = {});
  Client admin() { return as("admin", {"system:masters"}); }
  Client anonymous();
  Client with_token(std::string token);
  /// By a certificate valid from `from` to `to` hours from now, of this authority or another.
  Client with_certificate(int from, int to, bool foreign = false);

 private:
  Client client(const std::string& certificate, const std::string& key, std::string token = {});
  pki::Authority authority_;
};

/// Runs `body` with a cluster that is started and ready (unless `started` is false), and stops it.
void with_cluster(std::function<base::Awaitable<void>(Cluster&)> body, bool started = true);

}  // namespace apiserver::testing
