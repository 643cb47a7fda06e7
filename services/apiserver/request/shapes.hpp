#pragma once
#include "apiserver/request/answer.hpp"

/// What answers and watches share: an object in the shape and encoding asked for. Pure.
namespace apiserver::request {

/// The cache's own bytes are the answer.
bool is_plain(const negotiation::Form& form) noexcept;
/// The record that has the columns of what `resource` shows.
const kinds::KindRecord& record_of(const api::ResourceInfo& resource);
table::Options table_options(const Wanted& wanted);
api::StatusError wrong_shape(std::string_view asked, const std::string& kind, std::string_view is);

/// The object that `json` is, in the shape and encoding wanted; a Status stays a Status. YAML and line breaks
/// are for who answers: this is compact JSON, or protobuf. Error: InternalError, it cannot be shown so.
api::StatusOr<http::SharedBytes> shaped(const Wanted& wanted, const api::ResourceInfo& resource,
                                        const http::SharedBytes& json, base::SystemTime now,
                                        bool with_columns = true);
/// A Status in the encoding wanted, likewise.
std::string encoded_status(negotiation::Encoding encoding, std::string json);

}  // namespace apiserver::request
