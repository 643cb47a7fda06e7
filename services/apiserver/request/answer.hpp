#pragma once
#include <span>
#include <string>
#include "api/status.hpp"
#include "apiserver/negotiation/accept.hpp"
#include "apiserver/registry/registry.hpp"
#include "apiserver/table/table.hpp"
#include "http/message.hpp"

/// Answers in the form the client asked for. Pure. The plain JSON form shares the cache's bytes; only the
/// other forms (line breaks, YAML, Table, metadata) parse and encode.
namespace apiserver::request {

struct Wanted {
  negotiation::Form form;
  table::IncludeObject include = table::IncludeObject::metadata;
};
/// Of the Accept header, ?pretty= and ?includeObject=.
/// Errors: NotAcceptable; BadRequest (includeObject).
api::StatusOr<Wanted> wanted_form(const http::Request& request, const http::Query& query);

/// One object (or a Status, which has no other shape). Error: NotAcceptable for the shape of a list.
api::StatusOr<http::Response> object_answer(const Wanted& wanted, const api::ResourceInfo& resource,
                                            const registry::Answer& answer, base::SystemTime now);
/// A list. Error: NotAcceptable for the shape of a single object.
api::StatusOr<http::Response> list_answer(const Wanted& wanted, const api::ResourceInfo& resource,
                                          const registry::ListAnswer& list, base::SystemTime now);
/// A failure; with Retry-After where the client is to come again.
http::Response status_answer(const Wanted& wanted, const api::StatusError& error);
/// `{"kind":"Status",...,"status":"Success","code":201}`: a create that leaves nothing to show.
registry::Answer success(int code);

/// Warning headers, each text once. At most 4 KiB together: then they are cut short, as upstream.
void add_warnings(http::Headers& headers, std::span<const std::string> texts);

/// JSON with line breaks and two spaces a level.
std::string pretty_json(const boost::json::value& value);

}  // namespace apiserver::request
