#pragma once
#include <optional>
#include <string>
#include <string_view>

/// Syntaxes that only some kinds have, beside those of api/names.hpp; each returns upstream's message if
/// wrong.
namespace apiserver::kinds::syntax {
using Message = std::optional<std::string>;
Message http_header_name(std::string_view text);
Message http_path(std::string_view text);
Message cron_job_name(std::string_view text);  ///< A subdomain that leaves room for the job's suffix.
Message sysctl_name(std::string_view text);
Message search_domain(
    std::string_view text);  ///< A subdomain with underscores; "." as a whole, or at the end.
Message wildcard_subdomain(std::string_view text);  ///< "*.example.com"
Message user_or_group_id(std::int64_t id, bool group);
Message fully_qualified_name(std::string_view text);    ///< At least three labels.
Message fully_qualified_domain(std::string_view text);  ///< At least two labels, maybe a dot at the end.
Message domain_prefixed_path(std::string_view text);    ///< "example.com/path"
Message qualified_c_identifier(std::string_view text);
Message c_identifier(std::string_view text);
Message csi_driver_name(std::string_view text);
}  // namespace apiserver::kinds::syntax
