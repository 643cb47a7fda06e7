#pragma once
#include <chrono>
#include <memory>
#include <string>
#include "http/client.hpp"
#include "storage/codec.hpp"

namespace coxctl::store {

namespace wire = storage::wire;

/// Calls of etcd's v3 gateway, in JSON: so it works against a real etcd too.
class Api {
 public:
  /// `patient`: what the store refused for now without doing it (no leader) is asked again until the time is
  /// over; for calls to the cluster as a whole, not to one member.
  Api(std::shared_ptr<http::Client> client, std::chrono::milliseconds timeout, bool patient)
      : client_(std::move(client)), timeout_(timeout), patient_(patient) {}

  /// POSTs `message` to `path` ("/v3/kv/put"). Errors: those of http::Client, and the store's own with its
  /// words.
  template <class Out, class In>
  base::Awaitable<base::Result<Out>> call(std::string path, In message) const {
    return call_with<Out, In>(*this, std::move(path), std::move(message));
  }

  /// The same with a time limit of its own.
  Api within(std::chrono::milliseconds timeout) const {
    Api other = *this;
    other.timeout_ = timeout;
    return other;
  }
  /// The same in protobuf, which costs less and which only raft-store takes.
  Api in_protobuf() const {
    Api other = *this;
    other.protobuf_ = true;
    return other;
  }

  /// A GET that is no call (/metrics, /health): the body of a 200. Error: internal with the status.
  base::Awaitable<base::Result<std::string>> get(std::string path) const {
    return get_with(*this, std::move(path));
  }

  /// For streams (/v3/watch, /v3/maintenance/snapshot).
  const std::shared_ptr<http::Client>& client() const { return client_; }

 private:
  // Coroutines that own what they use, so that the Api may go before they end.
  template <class Out, class In>
  static base::Awaitable<base::Result<Out>> call_with(Api self, std::string path, In message);
  static base::Awaitable<base::Result<std::string>> post(Api self, std::string path, std::string body);
  static base::Awaitable<base::Result<std::string>> get_with(Api self, std::string path);

  std::shared_ptr<http::Client> client_;
  std::chrono::milliseconds timeout_;
  bool patient_;
  bool protobuf_ = false;
};

/// Calls that change nothing: that their answer was lost is no more than that the store was not reached.
template <class In>
constexpr bool reads_only =
    std::is_same_v<In, wire::RangeRequest> || std::is_same_v<In, wire::EmptyRequest> ||
    std::is_same_v<In, wire::MemberListRequest> || std::is_same_v<In, wire::HashKvRequest> ||
    std::is_same_v<In, wire::LeaseTimeToLiveRequest>;

/// The request of a call, ready to send; for streams.
http::Request gateway_request(std::string path, std::string body, bool protobuf = false);
/// What the body of an answer other than 200 says.
base::Error refusal(int status, const std::string& body, bool protobuf = false);
/// The store's own error, as streams carry it.
base::Error error_of(const wire::ErrorResponse& error);

template <class Out, class In>
base::Awaitable<base::Result<Out>> Api::call_with(Api self, std::string path, In message) {
  const bool protobuf = self.protobuf_;
  auto body = protobuf ? wire::encode_proto(message) : wire::encode_json(message);
  auto answer = co_await post(std::move(self), std::move(path), std::move(body));
  if (!answer) {
    base::Error error = answer.error();
    if (reads_only<In> && error.is(base::Errc::unknown_outcome))
      error.code = make_error_code(base::Errc::unavailable);
    co_return error;
  }
  co_return protobuf ? wire::decode_proto<Out>(*answer)
                     : wire::decode_json<Out>(*answer, wire::UnknownFields::ignore);
}

}  // namespace coxctl::store
