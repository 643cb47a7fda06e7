#include "raft-store/gateway/form.hpp"
#include "storage/errors.hpp"

namespace raft_store::gateway {

Form form_of(const http::Request& request) {
  const std::string_view type = request.headers.get("Content-Type");
  const std::string_view name = type.substr(0, type.find(';'));
  return name == "application/x-protobuf" || name == "application/protobuf" ? Form::protobuf : Form::json;
}

const char* content_type(Form form) {
  return form == Form::json ? "application/json" : "application/x-protobuf";
}

http::Response answer(Form form, std::string body) {
  http::Response response;
  response.headers.set("Content-Type", content_type(form));
  response.body = std::move(body);
  return response;
}

wire::ErrorResponse to_wire(const base::Error& error) {
  return {error.message, storage::grpc_code(error), error.message};
}

http::Response refusal(Form form, const base::Error& error) {
  const wire::ErrorResponse body = to_wire(error);
  http::Response response = answer(form, encode(form, body));
  response.status = storage::http_status(body.code);
  return response;
}

http::Response plain(int status, std::string text) {
  http::Response response;
  response.status = status;
  response.headers.set("Content-Type", "text/plain; charset=utf-8");
  response.headers.set("X-Content-Type-Options", "nosniff");
  response.body = std::move(text);
  return response;
}

base::Error in_etcds_words(base::Error error) {
  using base::Errc;
  if (error.message.starts_with("etcdserver: ")) return error;
  if (error.is(Errc::unknown_outcome) && error.message.find("leader changed") != std::string::npos)
    return {Errc::unknown_outcome, "etcdserver: leader changed"};
  if (error.is(Errc::unavailable)) return storage::errors::no_leader();
  if (error.is(Errc::unknown_outcome) || error.is(Errc::deadline_exceeded))
    return storage::errors::timed_out();
  if (error.is(Errc::cancelled)) return {Errc::unavailable, "etcdserver: server stopped"};
  if (error.is(Errc::resource_exhausted)) return {Errc::resource_exhausted, "etcdserver: too many requests"};
  return error;
}

}  // namespace raft_store::gateway
