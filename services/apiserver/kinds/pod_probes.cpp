#include "apiserver/kinds/pod_rules.hpp"
#include "apiserver/kinds/syntax.hpp"

namespace apiserver::kinds::pod {
namespace {

void validate_http_get(const Part& get) {
  get.require("path");
  check_port_or_name(get, "port");
  if (!contains({"HTTP", "HTTPS"}, get.text("scheme")))
    get.errors.not_supported(get.at("scheme"), json::value(get.text("scheme")), {"HTTP", "HTTPS"});
  get.each("httpHeaders", [&](const Part& header) {
    check_name(header.text("name"), get.at("httpHeaders"), syntax::http_header_name, get.errors);
  });
}

void validate_sleep(const Part& sleep, std::optional<std::int64_t> grace) {
  const auto seconds = sleep.number("seconds").value_or(0);
  if (grace && (seconds < 0 || seconds > *grace))
    sleep.errors.invalid(
        sleep.path, seconds,
        "must be non-negative and less than terminationGracePeriodSeconds (" + std::to_string(*grace) + ")");
}

void validate_action(std::string_view kind, const Part& action, std::optional<std::int64_t> grace) {
  if (kind == "exec") action.require("command");
  if (kind == "httpGet") validate_http_get(action);
  if (kind == "tcpSocket" || kind == "grpc") check_port_or_name(action, "port");
  if (kind == "sleep") validate_sleep(action, grace);
}

void validate_handler(const Part& handler, Texts kinds, std::optional<std::int64_t> grace) {
  bool found = false;
  for (auto kind : kinds) {
    if (!handler.object(kind)) continue;
    if (found) {
      handler.errors.forbidden(handler.at(kind), "may not specify more than 1 handler type");
      continue;
    }
    found = true;
    validate_action(kind, handler.part(kind), grace);
  }
  if (!found) handler.errors.required(handler.path, "must specify a handler type");
}

void validate_probe(const Part& probe, std::string_view which) {
  validate_handler(probe, {"exec", "httpGet", "tcpSocket", "grpc"}, std::nullopt);
  for (auto member :
       {"initialDelaySeconds", "timeoutSeconds", "periodSeconds", "successThreshold", "failureThreshold"})
    probe.not_negative(member);
  const auto grace = probe.number("terminationGracePeriodSeconds");
  if (grace && *grace <= 0) probe.invalid("terminationGracePeriodSeconds", "must be greater than 0");
  if (which == "readinessProbe") {
    if (grace) probe.invalid("terminationGracePeriodSeconds", "must not be set for readinessProbes");
  } else if (probe.number("successThreshold").value_or(1) != 1) {
    probe.invalid("successThreshold", "must be 1");
  }
}

}  // namespace

void validate_probes(const Part& container, const Context& context) {
  container.with("lifecycle", [&](const Part& lifecycle) {
    for (auto hook : {"postStart", "preStop"})
      lifecycle.with(hook, [&](const Part& handler) {
        validate_handler(handler, {"exec", "httpGet", "tcpSocket", "sleep"}, context.grace_seconds);
      });
  });
  for (auto which : {"livenessProbe", "readinessProbe", "startupProbe"})
    container.with(which, [&](const Part& probe) { validate_probe(probe, which); });
}

}  // namespace apiserver::kinds::pod
