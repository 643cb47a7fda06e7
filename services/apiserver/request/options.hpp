#pragma once
#include <chrono>
#include <optional>
#include <string>
#include "api/status.hpp"
#include "apiserver/registry/registry.hpp"
#include "apiserver/request/info.hpp"

/// Query parameters and option bodies. Pure. Source: the API reference's "Operations" and meta/v1 options.
namespace apiserver::request {

enum class FieldValidation { ignore, warn, strict };

/// Whose change it is, where a client does not say so itself: its program's name, from the User-Agent.
std::string manager_of_user_agent(std::string_view user_agent);

enum class Write { create, update, patch, apply };

struct WriteOptions {
  bool dry_run = false;
  bool force = false;   ///< Apply only.
  std::string manager;  ///< fieldManager; may be empty.
  FieldValidation field_validation = FieldValidation::warn;
  api::Object body;  ///< As CreateOptions, UpdateOptions or PatchOptions, for admission.
  /// Errors: Invalid, as upstream's validation of these options.
  static api::StatusOr<WriteOptions> parse(const http::Query& query, Write write);
};

struct ListOptions {
  api::LabelSelector labels;
  api::FieldSelector fields;
  std::string resource_version, resource_version_match, continue_token;
  std::int64_t limit = 0;
  bool watch = false, bookmarks = false;
  std::optional<bool> send_initial_events;
  std::optional<std::chrono::seconds> timeout;
  /// Errors: BadRequest (unreadable values), Invalid (combinations that are not allowed).
  static api::StatusOr<ListOptions> parse(const http::Query& query, bool watch);
};

/// From the body where there is one, else from the query. `body` has passed the schema; empty object: none
/// was sent.
api::StatusOr<registry::DeleteOptions> delete_options(const api::Object& body, const http::Query& query);
/// ?dryRun= or the body's dryRun asks for All.
api::StatusOr<bool> is_dry_run(const api::Object& body, const http::Query& query);

}  // namespace apiserver::request
