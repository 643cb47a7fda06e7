#include "coxctl/store/api.hpp"
#include "base/clock.hpp"
#include "storage/convert.hpp"

namespace coxctl::store {
namespace {

constexpr const char* kProto = "application/x-protobuf";
constexpr const char* kJson = "application/json";

}  // namespace

http::Request gateway_request(std::string path, std::string body, bool protobuf) {
  http::Request request;
  request.method = "POST";
  request.path = std::move(path);
  request.headers.set("Content-Type", protobuf ? kProto : kJson);
  request.headers.set("Accept", protobuf ? kProto : kJson);
  request.body = std::move(body);
  return request;
}

base::Error refusal(int status, const std::string& body, bool protobuf) {
  auto error = protobuf ? wire::decode_proto<wire::ErrorResponse>(body)
                        : wire::decode_json<wire::ErrorResponse>(body, wire::UnknownFields::ignore);
  if (error && error->code != 0) return error_of(*error);
  const auto code = status == 503   ? base::Errc::unavailable
                    : status == 404 ? base::Errc::unsupported
                                    : base::Errc::internal;
  return base::Error(code, "the store answered HTTP status " + std::to_string(status));
}

base::Error error_of(const wire::ErrorResponse& error) {
  return storage::error_from_wire(error);
}

base::Awaitable<base::Result<std::string>> Api::post(Api self, std::string path, std::string body) {
  constexpr std::chrono::milliseconds kPause(100);
  const auto end = base::Clock::real().steady_now() + self.timeout_;
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - base::Clock::real().steady_now());
    auto request = gateway_request(path, body, self.protobuf_);
    auto response = co_await self.client_->send(std::move(request), std::max(left, kPause));
    if (!response) co_return response.error();
    const bool protobuf = response->headers.get("Content-Type") == kProto;
    if (response->status == 200 && protobuf == self.protobuf_) co_return std::move(response->body);
    if (protobuf != self.protobuf_)
      co_return base::Error(base::Errc::unsupported, "the store does not speak protobuf");
    base::Error error = refusal(response->status, response->body, protobuf);
    if (!self.patient_ || !error.is(base::Errc::unavailable) || left <= 2 * kPause) co_return error;
    const bool slept = co_await base::sleep_for(kPause);
    if (!slept) co_return base::Error(base::Errc::cancelled, "interrupted");
  }
}

base::Awaitable<base::Result<std::string>> Api::get_with(Api self, std::string path) {
  http::Request request;
  request.path = std::move(path);
  auto response = co_await self.client_->send(std::move(request), self.timeout_);
  if (!response) co_return response.error();
  if (response->status != 200) co_return refusal(response->status, response->body);
  co_return std::move(response->body);
}

}  // namespace coxctl::store
