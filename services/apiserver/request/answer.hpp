#pragma once
#include <span>
#include <string>
#include "api/status.hpp"
#include "apiserver/negotiation/accept.hpp"
#include "apiserver/registry/registry.hpp"
#include "apiserver/table/table.hpp"
#include "http/message.hpp"

/// Answers in the form the client asked for. Pure. The plain JSON form shares the cache's bytes; only the
/// other forms (line breaks, YAML, protobuf, Table, metadata) parse and encode. Lists are made piece by
/// piece: list_body.hpp.
namespace apiserver::request {

struct Wanted {
  negotiation::Form form;
  table::IncludeObject include = table::IncludeObject::metadata;
};
/// Of the Accept header, ?pretty= and ?includeObject=.
/// Errors: NotAcceptable; BadRequest (includeObject).
api::StatusOr<Wanted> wanted_form(const http::Request& request, const http::Query& query,
                                  const negotiation::Offer& offer);
/// Of a failure's Status, which has no other shape and answers also who accepts nothing that there is.
Wanted wanted_status_form(const http::Request& request, const http::Query& query);

/// One object (or a Status, which has no other shape). Error: NotAcceptable for the shape of a list.
api::StatusOr<http::Response> object_answer(const Wanted& wanted, const api::ResourceInfo& resource,
                                            const registry::Answer& answer, base::SystemTime now);
/// A failure; with Retry-After where the client is to come again.
http::Response status_answer(const Wanted& wanted, const api::StatusError& error);
/// `{"kind":"Status",...,"status":"Success","code":201}`: a create that leaves nothing to show.
registry::Answer success(int code);
/// An answer without a body yet, of the form's Content-Type.
http::Response with_type(const negotiation::Form& form, int status);

/// Warning headers, each text once. At most 4 KiB together: then they are cut short, as upstream.
void add_warnings(http::Headers& headers, std::span<const std::string> texts);

/// JSON with line breaks and two spaces a level; every line but the first begins with `margin`.
std::string pretty_json(const boost::json::value& value, const std::string& margin = {});

}  // namespace apiserver::request
