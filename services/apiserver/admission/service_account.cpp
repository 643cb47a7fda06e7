#include <algorithm>
#include <boost/json/array.hpp>
#include "api/object.hpp"
#include "apiserver/admission/plugins.hpp"
#include "apiserver/admission/pods.hpp"

namespace apiserver::admission {
namespace {

namespace json = boost::json;

constexpr std::string_view token_mount_path = "/var/run/secrets/kubernetes.io/serviceaccount";
constexpr std::string_view token_volume_prefix = "kube-api-access-";
// A little over an hour, so that upstream can tell these tokens from those asked for by hand.
constexpr int token_expiration_seconds = 3607;
constexpr int file_mode = 0644;

/// What the kubelet puts below token_mount_path: the token, the cluster's authority, the pod's namespace.
json::object token_volume(const std::string& name) {
  json::object token{
      {"serviceAccountToken", {{"expirationSeconds", token_expiration_seconds}, {"path", "token"}}}};
  json::object authority{
      {"configMap",
       {{"name", "kube-root-ca.crt"}, {"items", json::array{{{"key", "ca.crt"}, {"path", "ca.crt"}}}}}}};
  json::object ns_field{{"path", "namespace"},
                        {"fieldRef", {{"apiVersion", "v1"}, {"fieldPath", "metadata.namespace"}}}};
  json::object ns{{"downwardAPI", {{"items", json::array{std::move(ns_field)}}}}};
  json::array sources{std::move(token), std::move(authority), std::move(ns)};
  return {{"name", name}, {"projected", {{"sources", std::move(sources)}, {"defaultMode", file_mode}}}};
}

json::array& array_member(json::object& o, std::string_view name) {
  auto& v = o[name];
  if (!v.is_array()) v.emplace_array();
  return v.get_array();
}

bool has_mount(const json::object& container) {
  const auto* mounts = api::get_array(container, {"volumeMounts"});
  if (!mounts) return false;
  return std::any_of(mounts->begin(), mounts->end(), [](const json::value& m) {
    return m.is_object() && api::get_string(m.get_object(), {"mountPath"}) == token_mount_path;
  });
}

/// The name of a token volume the pod brings along, or "".
std::string existing_volume(const json::object& pod) {
  const auto* volumes = api::get_array(pod, {"spec", "volumes"});
  if (!volumes) return {};
  for (const auto& v : *volumes) {
    const auto name = v.is_object() ? api::get_string(v.get_object(), {"name"}) : std::string_view();
    if (name.starts_with(token_volume_prefix)) return std::string(name);
  }
  return {};
}

void mount_token(json::object& pod, const Context& c) {
  std::string volume = existing_volume(pod);
  const bool fresh = volume.empty();
  if (fresh) volume = std::string(token_volume_prefix) + c.random_suffix(5);
  bool needed = false;
  pods::each_container(pod, [&](json::object& container) {
    if (has_mount(container)) return;
    array_member(container, "volumeMounts")
        .push_back(json::object{{"name", volume}, {"readOnly", true}, {"mountPath", token_mount_path}});
    needed = true;
  });
  if (fresh && needed)
    array_member(api::ensure_object(pod, {"spec"}), "volumes").push_back(token_volume(volume));
}

/// The pod's wish counts, then the account's, then yes.
bool wants_token(const json::object& pod, const json::object& account) {
  if (const auto* v = api::get(pod, "spec", "automountServiceAccountToken"); v && v->is_bool())
    return v->get_bool();
  const auto* v = account.if_contains("automountServiceAccountToken");
  return !v || !v->is_bool() || v->get_bool();
}

/// Gives every pod a service account, its token, and its image pull secrets.
class ServiceAccount final : public Plugin {
 public:
  std::string_view name() const noexcept override { return "ServiceAccount"; }
  bool handles(Operation o) const noexcept override { return o == Operation::create; }

  Outcome admit(Attributes& a, const Context& c) const override {
    // A mirror pod runs without an account: its node cannot get tokens for it.
    if (!pods::is_pod(a) || pods::is_mirror(*a.object)) return {};
    auto& pod = *a.object;
    auto& spec = api::ensure_object(pod, {"spec"});
    std::string account_name(api::get_string(spec, {"serviceAccountName"}));
    if (account_name.empty()) account_name = api::get_string(spec, {"serviceAccount"});
    if (account_name.empty()) account_name = "default";
    spec["serviceAccountName"] = account_name;
    spec["serviceAccount"] = account_name;
    const auto account = c.lookup->get("", "serviceaccounts", a.namespace_, account_name);
    if (!account) return unknown_account(a, account_name);
    if (wants_token(pod, *account)) mount_token(pod, c);
    const auto* own = api::get_array(spec, {"imagePullSecrets"});
    const auto* given = api::get_array(*account, {"imagePullSecrets"});
    if ((!own || own->empty()) && given && !given->empty()) spec["imagePullSecrets"] = *given;
    return {};
  }

  Outcome validate(const Attributes& a, const Context&) const override {
    if (!pods::is_pod(a) || !pods::is_mirror(*a.object)) return {};
    if (!api::get_string(*a.object, {"spec", "serviceAccountName"}).empty()) {
      return forbidden(a, "a mirror pod may not reference service accounts");
    }
    if (pods::refers_to(*a.object, "secret")) return forbidden(a, "a mirror pod may not reference secrets");
    return {};
  }

 private:
  static Rejection unknown_account(const Attributes& a, const std::string& account) {
    auto r = forbidden(a, "error looking up service account " + std::string(a.namespace_) + "/" + account +
                              ": serviceaccount \"" + account + "\" not found");
    r.may_be_stale = true;
    return r;
  }
};

}  // namespace

std::shared_ptr<const Plugin> service_account(const PluginOptions&) {
  return std::make_shared<ServiceAccount>();
}

}  // namespace apiserver::admission
