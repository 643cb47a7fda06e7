#pragma once
#include <string>
#include <string_view>
#include <vector>
#include "api/resource.hpp"
#include "api/status.hpp"
#include "apiserver/request/options.hpp"

/// What a client sent, checked. Pure. Source: upstream's create and update handlers and their decoders.
namespace apiserver::request {

/// The part before the parameters, lower case: "application/json".
std::string media_type(std::string_view content_type);

/// The object says itself what it is; that must be what the path stands for. Error: BadRequest.
api::StatusOr<void> check_kind(const api::Object& object, const api::ResourceInfo& body);

/// `strict_errors` as fieldValidation asks: into `warnings`, dropped, or the message of a refusal (else
/// empty).
std::string judge(const std::vector<std::string>& strict_errors, FieldValidation validation,
                  std::vector<std::string>& warnings);

/// Decodes an object of the resource's kind; kind and apiVersion are filled in where they were left out.
/// Errors: UnsupportedMediaType; BadRequest (malformed, wrong type, another kind, strict errors);
/// RequestEntityTooLarge.
api::StatusOr<api::Object> decode_object(std::string_view text, std::string_view content_type,
                                         const api::ResourceInfo& body, FieldValidation validation,
                                         std::vector<std::string>& warnings);
/// Decodes DeleteOptions; empty for an empty text.
api::StatusOr<api::Object> decode_delete_options(std::string_view text, std::string_view content_type);

}  // namespace apiserver::request
