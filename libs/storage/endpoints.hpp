#pragma once
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <variant>
#include <vector>
#include "http/client.hpp"
#include "storage/endpoint_health.hpp"
#include "storage/remote_store.hpp"

/// Internal to libs/storage: the endpoints of a RemoteStore, and what waits for them.
namespace storage {

/// Thread-safe.
class Endpoints : public std::enable_shared_from_this<Endpoints> {
 public:
  Endpoints(std::vector<RemoteEndpoint> endpoints, EndpointHealthOptions options);

  /// A call or watch at one endpoint, from its begin to its end.
  class Use {
   public:
    Use(std::shared_ptr<Endpoints> owner, std::size_t index, base::Latch broken_off);
    ~Use();
    Use(const Use&) = delete;
    Use& operator=(const Use&) = delete;
    std::size_t index() const noexcept { return index_; }
    http::Client& client() const { return *owner_->endpoints_[index_].client; }
    const std::string& url() const { return owner_->endpoints_[index_].url; }
    void heard() const { owner_->heard(index_); }
    void failed() const { owner_->failed(index_); }

    /// `work`, which waits for this endpoint; `unknown_outcome` if it is broken off because the endpoint has
    /// stalled.
    template <class T>
    base::Awaitable<base::Result<T>> unless_broken_off(base::Awaitable<base::Result<T>> work) const;

   private:
    const std::shared_ptr<Endpoints> owner_;
    const std::size_t index_;
    mutable base::Latch broken_off_;
  };
  using UsePtr = std::shared_ptr<const Use>;

  std::size_t size() const noexcept { return endpoints_.size(); }
  /// At the endpoint that is best for a new call, `tried` ones last.
  UsePtr use(const std::vector<bool>& tried);

  /// Asks those that are silent for a sign of life, by `ask`, and breaks off what waits for one that gives
  /// none; until cancelled. `ask`: whether it serves; it takes no longer than the options' patience.
  using Ask = std::function<base::Awaitable<bool>(http::Client&)>;
  base::Awaitable<void> look_after(Ask ask);

 private:
  void heard(std::size_t index);
  void failed(std::size_t index);
  EndpointHealth::Indexes look();
  base::Awaitable<void> question(std::size_t index, Ask ask);

  const std::vector<RemoteEndpoint> endpoints_;
  std::mutex mutex_;  ///< Guards all below.
  EndpointHealth health_;
  std::vector<base::Latch> broken_off_;  ///< One an endpoint; a new one once it was opened.
};

template <class T>
base::Awaitable<base::Result<T>> Endpoints::Use::unless_broken_off(
    base::Awaitable<base::Result<T>> work) const {
  using namespace boost::asio::experimental::awaitable_operators;
  if (owner_->size() == 1) co_return co_await std::move(work);  // There is nowhere else to go.
  auto won = co_await (std::move(work) || broken_off_.wait());
  if (won.index() == 0) co_return std::get<0>(std::move(won));
  if (!std::get<1>(won)) co_return base::Error(base::Errc::cancelled, "cancelled");
  co_return base::Error(base::Errc::unknown_outcome, url() + " gives no sign of life");
}

}  // namespace storage
