#include <algorithm>
#include "api/names.hpp"
#include "apiserver/kinds/admission_rules.hpp"
#include "apiserver/kinds/syntax.hpp"

namespace apiserver::kinds {
namespace {

void check_url(const Part& config) {
  constexpr std::string_view form = "; desired format: https://host[:port]/path";
  const auto url = config.text("url");
  const auto wrong = [&](std::string_view bad, std::string why) {
    config.errors.invalid(config.at("url"), json::value(bad), why + std::string(form));
  };
  const auto colon = url.find("://");
  const auto scheme = colon == std::string_view::npos ? std::string_view() : url.substr(0, colon);
  if (scheme != "https") wrong(scheme, "'https' is the only allowed URL scheme");
  const auto rest = colon == std::string_view::npos ? std::string_view() : url.substr(colon + 3);
  const auto authority = rest.substr(0, rest.find_first_of("/?#"));
  const auto at = authority.find('@');
  const auto host = at == std::string_view::npos ? authority : authority.substr(at + 1);
  if (host.empty()) wrong(host, "host must be specified");
  if (at != std::string_view::npos)
    wrong(authority.substr(0, at), "user information is not permitted in the URL");
  const auto hash = url.find('#'), query = url.find('?');
  if (hash != std::string_view::npos) wrong(url.substr(hash + 1), "fragments are not permitted in the URL");
  if (query != std::string_view::npos && query < hash)
    wrong(url.substr(query + 1, hash == std::string_view::npos ? hash : hash - query - 1),
          "query parameters are not permitted in the URL");
}

void check_service_path(const Part& service) {
  const auto path = service.text("path");
  if (!service.has("path") || path == "/") return;
  const auto wrong = [&](std::string why) { service.invalid("path", std::move(why)); };
  if (path.empty() || path.front() != '/') wrong("must start with a '/'");
  auto rest = path.empty() ? path : path.substr(1);
  for (std::size_t i = 0;; ++i) {
    const auto slash = rest.find('/');
    const auto step = rest.substr(0, slash);
    if (step.empty() && !(slash == std::string_view::npos && i > 0))
      return wrong("segment[" + std::to_string(i) + "] may not be empty");
    if (!step.empty())
      if (auto bad = api::names::dns1123_subdomain(step))
        wrong("segment[" + std::to_string(i) + "]: " + *bad);
    if (slash == std::string_view::npos) return;
    rest.remove_prefix(slash + 1);
  }
}

void check_client_config(const Part& config) {
  const bool url = config.has("url"), service = config.object("service");
  if (url == service) return config.errors.required(config.path, "exactly one of url or service is required");
  if (url) return check_url(config);
  const Part s = config.part("service");
  s.require("name", "service name is required");
  s.require("namespace", "service namespace is required");
  check_service_path(s);
  const auto port = s.number("port").value_or(443);
  if (port < 1 || port > 65535)
    s.invalid("port", "port is not valid: must be between 1 and 65535, inclusive");
}

void check_review_versions(const Part& hook) {
  constexpr std::string_view member = "admissionReviewVersions";
  if (!hook.require(member, "must specify one of v1, v1beta1")) return;
  bool known = false;
  std::set<std::string> seen;
  hook.each_text(member, [&](std::string_view v, const Path& path) {
    check_name(v, path, api::names::dns1035_label, hook.errors);
    if (!seen.emplace(v).second) hook.errors.invalid(path, json::value(v), "duplicate version");
    known = known || v == "v1" || v == "v1beta1";
  });
  if (!known) hook.invalid(member, "must include at least one of v1, v1beta1");
}

void check_webhook(const Part& hook) {
  if (hook.require("name")) hook.syntax("name", syntax::fully_qualified_name);
  hook.each("rules", check_rule);
  hook.one_of_if_set("failurePolicy", {"Fail", "Ignore"});
  hook.one_of_if_set("matchPolicy", {"Equivalent", "Exact"});
  if (!hook.has("sideEffects"))
    hook.errors.required(hook.at("sideEffects"), "must specify one of None, NoneOnDryRun");
  else
    hook.one_of_if_set("sideEffects", {"None", "NoneOnDryRun"});
  const auto seconds = hook.number("timeoutSeconds");
  if (seconds && (*seconds < 1 || *seconds > 30))
    hook.invalid("timeoutSeconds", "the timeout value must be between 1 and 30 seconds");
  check_selector(hook, "namespaceSelector");
  check_selector(hook, "objectSelector");
  check_client_config(hook.part("clientConfig"));
  hook.one_of_if_set("reinvocationPolicy", {"IfNeeded", "Never"});
  check_match_conditions(hook);
  check_review_versions(hook);
}

}  // namespace

void validate_webhooks(const Object& o, Errors& errors) {
  std::set<std::string> names;
  whole(o, errors).each("webhooks", [&](const Part& hook) {
    check_webhook(hook);
    check_unique(names, hook.text("name"), hook.at("name"), errors);
  });
}

}  // namespace apiserver::kinds
