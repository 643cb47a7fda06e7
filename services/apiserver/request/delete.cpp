#include "apiserver/request/body.hpp"
#include "apiserver/request/handler.hpp"

namespace apiserver::request {

using api::StatusOr;

base::Awaitable<StatusOr<Handler::Delete>> Handler::read_delete(Request& r) const {
  auto text = co_await read_body(r);
  if (!text) co_return text.error();
  const auto type = r.exchange.request().headers.get("Content-Type");
  auto body = decode_delete_options(*text, type);
  if (!body) co_return body.error();
  auto options = delete_options(*body, r.query);
  if (!options) co_return options.error();
  auto dry_run = is_dry_run(*body, r.query);
  if (!dry_run) co_return dry_run.error();
  r.dry_run = *dry_run;
  Delete out;
  out.options = std::move(*options);
  out.call = call_of(r);
  out.call.options = std::move(*body);
  co_return out;
}

base::Awaitable<StatusOr<void>> Handler::remove(Request& r) {
  auto wanted = co_await read_delete(r);
  if (!wanted) co_return wanted.error();
  auto answer = co_await parts_.registry->remove(std::move(wanted->call), std::move(wanted->options));
  if (!answer) co_return answer.error();
  co_await send_object(r, std::move(*answer));
  co_return StatusOr<void>();
}

base::Awaitable<StatusOr<void>> Handler::remove_collection(Request& r) {
  auto options = ListOptions::parse(r.query, false);
  if (!options) co_return options.error();
  auto request = list_request(r, std::move(*options));
  if (!request) co_return request.error();
  auto wanted = co_await read_delete(r);
  if (!wanted) co_return wanted.error();
  auto removed = co_await parts_.registry->remove_collection(std::move(wanted->call),
                                                             std::move(wanted->options), std::move(*request));
  if (!removed) co_return removed.error();
  co_return co_await send_list(r, std::move(*removed));
}

}  // namespace apiserver::request
