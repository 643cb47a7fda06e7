#include "controllers/identity/service_account_client.hpp"
#include <boost/json/object.hpp>
#include "api/object.hpp"
#include "api/types/core_v1.hpp"

namespace controllers::identity {
namespace {

namespace json = boost::json;
using api::core::v1::ServiceAccount;
using base::Awaitable;
using base::Result;
using Value = json::value;
using Inner = std::shared_ptr<client::RestClient>;

constexpr const char* account_namespace = "kube-system";
constexpr int token_seconds = 3600;

class ServiceAccountClient final : public client::RestClient,
                                   public std::enable_shared_from_this<ServiceAccountClient> {
 public:
  ServiceAccountClient(base::Executor strand, Inner root, std::string account, Connect connect,
                       const base::Clock& clock)
      : root_(std::move(root)),
        account_(std::move(account)),
        connect_(std::move(connect)),
        clock_(clock),
        idle_(std::move(strand)) {
    idle_.set();
  }

  Awaitable<Result<Value>> get(const api::ResourceInfo& r, std::string ns, std::string name,
                               std::string subresource) override {
    const auto inner = co_await ready();
    if (!inner) co_return inner.error();
    co_return co_await (*inner)->get(r, std::move(ns), std::move(name), std::move(subresource));
  }
  Awaitable<Result<Value>> list(const api::ResourceInfo& r, std::string ns, client::ListOptions o) override {
    const auto inner = co_await ready();
    if (!inner) co_return inner.error();
    co_return co_await (*inner)->list(r, std::move(ns), std::move(o));
  }
  Awaitable<Result<Value>> create_raw(const api::ResourceInfo& r, std::string ns, std::string name,
                                      std::string subresource, Value body, client::WriteOptions o) override {
    const auto inner = co_await ready();
    if (!inner) co_return inner.error();
    co_return co_await (*inner)->create_raw(r, std::move(ns), std::move(name), std::move(subresource),
                                            std::move(body), std::move(o));
  }
  Awaitable<Result<Value>> update_raw(const api::ResourceInfo& r, std::string ns, std::string name,
                                      std::string subresource, Value body, client::WriteOptions o) override {
    const auto inner = co_await ready();
    if (!inner) co_return inner.error();
    co_return co_await (*inner)->update_raw(r, std::move(ns), std::move(name), std::move(subresource),
                                            std::move(body), std::move(o));
  }
  Awaitable<Result<Value>> patch_raw(const api::ResourceInfo& r, std::string ns, std::string name,
                                     std::string subresource, client::PatchType type, Value body,
                                     client::WriteOptions o) override {
    const auto inner = co_await ready();
    if (!inner) co_return inner.error();
    co_return co_await (*inner)->patch_raw(r, std::move(ns), std::move(name), std::move(subresource), type,
                                           std::move(body), std::move(o));
  }
  Awaitable<Result<void>> remove_raw(const api::ResourceInfo& r, std::string ns, std::string name,
                                     client::DeleteOptions o) override {
    const auto inner = co_await ready();
    if (!inner) co_return inner.error();
    co_return co_await (*inner)->remove_raw(r, std::move(ns), std::move(name), std::move(o));
  }
  Awaitable<Result<void>> remove_collection_raw(const api::ResourceInfo& r, std::string ns,
                                                client::DeleteOptions d, client::ListOptions o) override {
    const auto inner = co_await ready();
    if (!inner) co_return inner.error();
    co_return co_await (*inner)->remove_collection_raw(r, std::move(ns), std::move(d), std::move(o));
  }
  Awaitable<Result<std::unique_ptr<client::WatchStream>>> watch(const api::ResourceInfo& r, std::string ns,
                                                                client::WatchOptions o) override {
    const auto inner = co_await ready();
    if (!inner) co_return inner.error();
    co_return co_await (*inner)->watch(r, std::move(ns), std::move(o));
  }
  Awaitable<Result<Value>> get_path(std::string path) override {
    const auto inner = co_await ready();
    if (!inner) co_return inner.error();
    co_return co_await (*inner)->get_path(std::move(path));
  }

 private:
  /// The client with a token that still lives.
  Awaitable<Result<Inner>> ready() {
    while (!inner_ || clock_.now() >= renew_at_) {
      if (!idle_.is_set()) {  // Somebody is at it.
        const bool woken = co_await idle_.wait();
        if (!woken) co_return base::Error(base::Errc::cancelled, "cancelled while waiting for a token");
        continue;
      }
      idle_.reset();
      const std::shared_ptr<void> wake(nullptr, [self = shared_from_this()](void*) { self->idle_.set(); });
      const auto renewed = co_await renew();
      // A token that is past its renewal may still live: better than none.
      if (!renewed && !inner_) co_return renewed.error();
      if (!renewed) break;
    }
    co_return inner_;
  }

  Awaitable<Result<void>> renew() {
    const auto issued = clock_.now();
    auto answer = co_await request_token();
    if (!answer && answer.error().is(base::Errc::not_found)) {
      ServiceAccount account;
      account.metadata.namespace_ = account_namespace;
      account.metadata.name = account_;
      const auto made = co_await root_->create<ServiceAccount>(std::move(account));
      if (!made && !made.error().is(base::Errc::already_exists)) co_return made.error();
      answer = co_await request_token();
    }
    if (!answer) co_return std::move(answer.error()).prepend("token of service account " + account_);
    const auto* object = answer->if_object();
    if (!object) co_return base::Error(base::Errc::corrupt, "the answer to a TokenRequest is not an object");
    const std::string token(api::get_string(*object, {"status", "token"}));
    const auto expires = base::parse_rfc3339(api::get_string(*object, {"status", "expirationTimestamp"}));
    if (token.empty() || !expires)
      co_return base::Error(base::Errc::corrupt, "a TokenRequest was answered without token");
    inner_ = connect_(token);
    renew_at_ = renewal_time(issued, *expires);
    co_return Result<void>();
  }

  Awaitable<Result<Value>> request_token() {
    json::object spec{{"expirationSeconds", token_seconds}};
    Value body = json::object{
        {"apiVersion", "authentication.k8s.io/v1"}, {"kind", "TokenRequest"}, {"spec", std::move(spec)}};
    std::string subresource = "token", ns = account_namespace;
    client::WriteOptions options;
    co_return co_await root_->create_raw(api::resource_of<ServiceAccount>(), std::move(ns), account_,
                                         std::move(subresource), std::move(body), std::move(options));
  }

  const Inner root_;
  const std::string account_;
  const Connect connect_;
  const base::Clock& clock_;
  Inner inner_;  ///< Null before the first token.
  base::SystemTime renew_at_{};
  base::Event idle_;  ///< Set while nobody asks for a token.
};

}  // namespace

std::shared_ptr<client::RestClient> as_service_account(base::Executor strand,
                                                       std::shared_ptr<client::RestClient> root,
                                                       std::string account, Connect connect,
                                                       const base::Clock& clock) {
  return std::make_shared<ServiceAccountClient>(std::move(strand), std::move(root), std::move(account),
                                                std::move(connect), clock);
}

base::SystemTime renewal_time(base::SystemTime issued, base::SystemTime expires) noexcept {
  return issued + (expires - issued) * 4 / 5;
}

}  // namespace controllers::identity
