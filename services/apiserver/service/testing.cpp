#include "apiserver/service/testing.hpp"
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <exception>
#include <stdexcept>
#include "api/object.hpp"

namespace apiserver::testing {
namespace {

using namespace std::chrono_literals;

pki::CertificateSpec spec_of(const std::string& name, std::vector<std::string> groups, int from, int to) {
  pki::CertificateSpec spec;
  spec.common_name = name;
  spec.organizations = std::move(groups);
  spec.not_before = std::chrono::system_clock::now() + std::chrono::hours(from);
  spec.not_after = std::chrono::system_clock::now() + std::chrono::hours(to);
  return spec;
}

pki::Authority new_authority() {
  return pki::create_authority(spec_of("test-ca", {}, -100, 100)).value();
}

struct Pair {
  std::string certificate, key;
};
Pair issue(pki::CertificateSpec spec, const pki::Authority& authority) {
  const auto key = pki::PrivateKey::generate(pki::Algorithm::ec_p256).value();
  return {pki::issue(spec, key.public_key(), authority).value().pem(), key.to_pem()};
}

Settings settings_of(const pki::Authority& authority) {
  Settings s;
  s.advertise_address = "10.11.12.13";
  s.client_ca = authority.certificate.pem();
  s.issuers = {"https://kubernetes.default.svc"};
  s.signing_key = pki::PrivateKey::generate(pki::Algorithm::ec_p256).value();
  s.token_keys = {s.signing_key->public_key()};
  s.ip_ranges = {allocation::IpRange::parse("10.96.0.0/16").value()};
  return s;
}

}  // namespace

boost::json::value Answer::json() const {
  boost::system::error_code error;
  auto value = boost::json::parse(body, error);
  return error ? boost::json::value() : value;
}

std::string Answer::at_path(std::initializer_list<std::string_view> path) const {
  const auto value = json();
  if (!value.is_object()) return {};
  const auto* found = api::get(value.get_object(), path);
  if (!found) return {};
  return found->is_string() ? std::string(found->get_string()) : boost::json::serialize(*found);
}

http::Request Client::request(std::string method, std::string path) const {
  http::Request request;
  const auto question = path.find('?');
  request.method = std::move(method);
  request.path = path.substr(0, question);
  if (question != std::string::npos) request.raw_query = path.substr(question + 1);
  if (!token_.empty()) request.headers.set("Authorization", "Bearer " + token_);
  return request;
}

base::Awaitable<Answer> Client::send(std::string method, std::string path, std::string body) {
  auto made = request(std::move(method), std::move(path));
  if (!body.empty())
    made.headers.set("Content-Type",
                     made.method == "PATCH" ? "application/merge-patch+json" : "application/json");
  made.body = std::move(body);
  auto response = co_await client_->send(std::move(made));
  Answer answer;
  if (!response) {
    answer.body = response.error().message;
    co_return answer;
  }
  answer.status = response->status;
  answer.headers = response->headers;
  answer.body = std::move(response->body);
  for (const auto& bytes : response->shared_body)
    answer.body += *bytes;
  co_return answer;
}

base::Awaitable<Answer> Client::get_until(std::string path, std::function<bool(const Answer&)> good) {
  const auto until = std::chrono::steady_clock::now() + 5s;
  while (true) {
    auto answer = co_await get(path);
    if (good(answer) || std::chrono::steady_clock::now() > until) co_return answer;
    co_await base::sleep_for(10ms);
  }
}

base::Awaitable<base::Result<std::unique_ptr<http::ResponseStream>>> Client::open(std::string path) {
  auto made = request("GET", std::move(path));
  co_return co_await client_->open(std::move(made));
}

Cluster::Cluster(base::Runtime& r) : runtime(r), authority_(new_authority()) {
  service = std::make_unique<Service>(runtime, settings_of(authority_), store);
}

void Cluster::start() {
  auto spec = spec_of("server", {}, -1, 1);
  spec.ip_addresses = {"127.0.0.1"};
  spec.server_auth = true;
  const auto own = issue(std::move(spec), authority_);
  http::ServerOptions options;
  options.tls = http::TlsContext::server_from_pem(own.certificate, own.key, authority_.certificate.pem(),
                                                  http::TlsContext::ClientAuth::request)
                    .value();
  service->start(std::move(options)).value();
}

base::Awaitable<void> Cluster::until_ready() {
  const auto until = std::chrono::steady_clock::now() + 20s;
  while (!service->ready()) {
    if (std::chrono::steady_clock::now() > until)
      throw std::runtime_error("the server does not become ready");
    co_await base::sleep_for(5ms);
  }
}

Client Cluster::client(const std::string& certificate, const std::string& key, std::string token) {
  http::ClientOptions options;
  options.endpoints = {"https://127.0.0.1:" + std::to_string(service->port())};
  options.tls = http::TlsContext::client_from_pem(certificate, key, authority_.certificate.pem()).value();
  options.request_timeout = 20s;
  return Client(http::Client::create(runtime.executor(), std::move(options)), std::move(token));
}

Client Cluster::as(const std::string& name, std::vector<std::string> groups) {
  auto spec = spec_of(name, std::move(groups), -1, 1);
  spec.client_auth = true;
  const auto pair = issue(std::move(spec), authority_);
  return client(pair.certificate, pair.key);
}

Client Cluster::anonymous() {
  return client("", "");
}

Client Cluster::with_token(std::string token) {
  return client("", "", std::move(token));
}

Client Cluster::with_certificate(int from, int to, bool foreign) {
  auto spec = spec_of("admin", {"system:masters"}, from, to);
  spec.client_auth = true;
  const auto pair = issue(std::move(spec), foreign ? new_authority() : authority_);
  return client(pair.certificate, pair.key);
}

void with_cluster(std::function<base::Awaitable<void>(Cluster&)> body, bool started) {
  base::Runtime::Options options;
  options.threads = 2;
  base::Runtime runtime(options);
  std::exception_ptr failure;
  runtime.run([&]() -> base::Awaitable<int> {
    Cluster cluster(runtime);
    if (started) cluster.start();
    try {
      if (started) co_await cluster.until_ready();
      co_await body(cluster);
    } catch (...) {
      failure = std::current_exception();
    }
    co_await cluster.service->stop();
    cluster.service.reset();
    co_return 0;
  });
  if (failure) std::rethrow_exception(failure);
}

}  // namespace apiserver::testing
