#include <charconv>
#include "apiserver/kinds/pod_rules.hpp"

namespace apiserver::kinds::pod {
namespace {

constexpr std::string_view mirror = "kubernetes.io/config.mirror";
constexpr std::string_view deletion_cost = "controller.kubernetes.io/pod-deletion-cost";
constexpr std::string_view seccomp_pod = "seccomp.security.alpha.kubernetes.io/pod";
constexpr std::string_view seccomp_container = "container.seccomp.security.alpha.kubernetes.io/";
constexpr std::string_view local = "localhost/";

/// A number as a person writes it: no zeros before it, no plus.
bool is_cost(std::string_view text) {
  if (text.empty() || text.front() == '+' || (text.front() == '0' && text.size() > 1)) return false;
  std::int32_t n = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), n);
  return error == std::errc() && end == text.data() + text.size();
}

void check_seccomp(std::string_view profile, const Path& path, Errors& errors) {
  if (profile == "runtime/default" || profile == "docker/default" || profile == "unconfined") return;
  if (profile.starts_with(local)) return check_descending_path(profile.substr(local.size()), path, errors);
  errors.invalid(path, json::value(profile), "must be a valid seccomp profile");
}

}  // namespace

void validate_annotations(const Part& object) {
  const Part meta = object.part("metadata");
  // In a template upstream's path leaves "metadata" out.
  const Path path = object.path.text().empty() ? meta.at("annotations") : object.at("annotations");
  const auto* annotations = meta.object("annotations");
  if (!annotations) return;
  const auto node = api::get_string(object.value, {"spec", "nodeName"});
  for (const auto& [name, value] : *annotations) {
    const std::string_view key = name;
    if (!value.is_string()) continue;
    const std::string_view text = value.get_string();
    if (key == mirror && node.empty())
      object.errors.invalid(path.key(key), json::value(text),
                            "must set spec.nodeName if mirror pod annotation is set");
    if (key == deletion_cost && !is_cost(text))
      object.errors.invalid(path.key(key), json::value(text), "must be a 32bit integer");
    if (key == seccomp_pod || key.starts_with(seccomp_container))
      check_seccomp(text, path.child(key), object.errors);
  }
}

}  // namespace apiserver::kinds::pod
