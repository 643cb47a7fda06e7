#include "client/rest.hpp"
#include <boost/json.hpp>
#include <fstream>
#include <mutex>
#include <sstream>
#include "base/clock.hpp"
#include "base/log.hpp"
#include "client/wire.hpp"

namespace client {

namespace json = boost::json;
using base::Awaitable;
using base::Result;

namespace {

/// The credentials that change while we run: the token file and the certificate files. Thread-safe.
class Credentials {
 public:
  Credentials(Config config, const base::Clock& clock) : config_(std::move(config)), clock_(clock) {}

  /// "Bearer ...", or empty.
  std::string authorization() {
    std::lock_guard lock(mutex_);
    refresh();
    return token_.empty() ? std::string() : "Bearer " + token_;
  }

 private:
  void refresh() {
    const auto now = clock_.steady_now();
    if (read_ && now - *read_ < std::chrono::minutes(1)) return;
    if (read_ && config_.tls)
      if (auto r = config_.tls->reload_if_changed(); !r)
        base::log::warning("the client certificate was not read again", {{"error", r.error()}});
    read_ = now;
    token_ = config_.bearer_token;
    if (config_.token_file.empty()) return;
    std::ifstream in(config_.token_file);
    in >> token_;
  }

  Config config_;
  const base::Clock& clock_;
  std::mutex mutex_;
  std::optional<base::SteadyTime> read_;
  std::string token_;
};

std::string metadata_accept(std::string_view kind) {
  const std::string json(api::json_type);
  return json + ";as=" + std::string(kind) + ";g=meta.k8s.io;v=v1," + json;
}

class HttpWatch final : public WatchStream {
 public:
  explicit HttpWatch(std::unique_ptr<http::ResponseStream> stream) : stream_(std::move(stream)) {}
  Awaitable<Result<RawEvent>> next() override {
    while (true) {
      auto line = lines_.next();
      if (!line) co_return line.error();
      if (*line) co_return wire::event_of(**line);
      auto piece = co_await stream_->read_some();
      if (!piece) co_return piece.error();
      if (piece->empty()) co_return base::Error(base::Errc::unavailable, "the watch ended");
      lines_.feed(*piece);
    }
  }

 private:
  std::unique_ptr<http::ResponseStream> stream_;
  wire::LineSplitter lines_;
};

class HttpRestClient final : public RestClient {
 public:
  HttpRestClient(base::Executor ex, Config config) : credentials_(config, base::Clock::real()) {
    http::ClientOptions options;
    options.endpoints = config.servers;
    options.tls = config.tls;
    options.user_agent = config.user_agent;
    options.connections_max = config.requests_max;
    http_ = http::Client::create(std::move(ex), std::move(options));
  }

  using RestClient::get;
  Awaitable<Result<json::value>> get(const api::ResourceInfo& r, std::string ns, std::string name,
                                     std::string subresource) override {
    auto request = make("GET", wire::path_of(r, ns, name, subresource), {});
    return call(std::move(request));
  }
  Awaitable<Result<json::value>> list(const api::ResourceInfo& r, std::string ns, ListOptions o) override {
    auto request = make("GET", wire::path_of(r, ns, {}, {}), wire::query_of(o));
    if (o.metadata_only) request.headers.set("Accept", metadata_accept("PartialObjectMetadataList"));
    return call(std::move(request));
  }
  Awaitable<Result<json::value>> create_raw(const api::ResourceInfo& r, std::string ns, std::string name,
                                            std::string subresource, json::value body,
                                            WriteOptions o) override {
    auto request = make("POST", wire::path_of(r, ns, name, subresource), wire::query_of(o, false));
    set_body(request, api::json_type, json::serialize(body));
    return call(std::move(request));
  }
  Awaitable<Result<json::value>> update_raw(const api::ResourceInfo& r, std::string ns, std::string name,
                                            std::string subresource, json::value body,
                                            WriteOptions o) override {
    auto request = make("PUT", wire::path_of(r, ns, name, subresource), wire::query_of(o, false));
    set_body(request, api::json_type, json::serialize(body));
    return call(std::move(request));
  }
  Awaitable<Result<json::value>> patch_raw(const api::ResourceInfo& r, std::string ns, std::string name,
                                           std::string subresource, PatchType type, json::value body,
                                           WriteOptions o) override {
    const bool apply = type == PatchType::apply;
    auto request = make("PATCH", wire::path_of(r, ns, name, subresource), wire::query_of(o, apply));
    set_body(request, wire::content_type(type), json::serialize(body));
    return call(std::move(request));
  }
  Awaitable<Result<void>> remove_raw(const api::ResourceInfo& r, std::string ns, std::string name,
                                     DeleteOptions o) override {
    auto request = make("DELETE", wire::path_of(r, ns, name, {}), {});
    set_body(request, api::json_type, wire::body_of(o));
    return call_for_nothing(std::move(request));
  }
  Awaitable<Result<void>> remove_collection_raw(const api::ResourceInfo& r, std::string ns, DeleteOptions d,
                                                ListOptions o) override {
    auto request = make("DELETE", wire::path_of(r, ns, {}, {}), wire::query_of(o));
    set_body(request, api::json_type, wire::body_of(d));
    return call_for_nothing(std::move(request));
  }
  Awaitable<Result<std::unique_ptr<WatchStream>>> watch(const api::ResourceInfo& r, std::string ns,
                                                        WatchOptions o) override {
    auto request = make("GET", wire::path_of(r, ns, {}, {}), wire::query_of(o));
    if (o.metadata_only) request.headers.set("Accept", metadata_accept("PartialObjectMetadata"));
    return open_watch(std::move(request));
  }
  Awaitable<Result<json::value>> get_path(std::string path) override {
    const auto question = path.find('?');
    auto request = make("GET", path.substr(0, question),
                        question == std::string::npos ? std::string() : path.substr(question + 1));
    return call(std::move(request));
  }

 private:
  http::Request make(std::string method, std::string path, std::string query) {
    http::Request request;
    request.method = std::move(method);
    request.path = std::move(path);
    request.raw_query = std::move(query);
    request.headers.set("Accept", std::string(api::json_type));
    auto authorization = credentials_.authorization();
    if (!authorization.empty()) request.headers.set("Authorization", std::move(authorization));
    return request;
  }
  static void set_body(http::Request& request, std::string_view type, std::string body) {
    request.headers.set("Content-Type", std::string(type));
    request.body = std::move(body);
  }

  /// Sends with the repetitions of wire::wait_after_*; the answer is a 2xx.
  Awaitable<Result<http::Response>> send(http::Request request) {
    const auto http = http_;
    const bool read = request.method == "GET";
    for (int attempt = 1;; ++attempt) {
      http::Request copy = request;
      auto answer = co_await http->send(std::move(copy));
      if (answer && answer->status < 300) co_return std::move(*answer);
      const auto wait = answer ? wire::wait_after_answer(attempt, answer->status, answer->headers)
                               : wire::wait_after_error(attempt, read, answer.error());
      if (!wait) co_return answer ? wire::error_of(*answer) : answer.error();
      const bool slept = co_await base::sleep_for(*wait);
      if (!slept) co_return base::Error(base::Errc::cancelled, "cancelled while waiting to repeat a request");
    }
  }
  Awaitable<Result<json::value>> call(http::Request request) {
    auto answer = co_await send(std::move(request));
    if (!answer) co_return answer.error();
    boost::system::error_code failed;
    auto value = json::parse(answer->body, failed);
    if (failed)
      co_return base::Error(base::Errc::corrupt, "the server's answer is not JSON: " + failed.message());
    co_return value;
  }
  Awaitable<Result<void>> call_for_nothing(http::Request request) {
    auto answer = co_await send(std::move(request));
    if (!answer) co_return answer.error();
    co_return Result<void>();
  }
  Awaitable<Result<std::unique_ptr<WatchStream>>> open_watch(http::Request request) {
    auto stream = co_await http_->open(std::move(request));
    if (!stream) co_return stream.error();
    if ((*stream)->status() < 300) {
      std::unique_ptr<WatchStream> watch = std::make_unique<HttpWatch>(std::move(*stream));
      co_return std::move(watch);
    }
    http::Response refusal;
    refusal.status = (*stream)->status();
    while (refusal.body.size() < 64 * 1024) {
      auto piece = co_await (*stream)->read_some();
      if (!piece || piece->empty()) break;
      refusal.body += *piece;
    }
    co_return wire::error_of(refusal);
  }

  Credentials credentials_;
  std::shared_ptr<http::Client> http_;
};

}  // namespace

std::shared_ptr<RestClient> RestClient::create(base::Executor ex, Config config) {
  return std::make_shared<HttpRestClient>(std::move(ex), std::move(config));
}

}  // namespace client
