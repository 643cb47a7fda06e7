#include "apiserver/kinds/custom_resource_definitions.hpp"
#include <algorithm>
#include <set>
#include "api/names.hpp"
#include "apiserver/kinds/common.hpp"
#include "base/encoding.hpp"
#include "pki/certificate.hpp"

namespace apiserver::kinds::definitions {
namespace {

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), [](unsigned char c) { return std::tolower(c); });
  return out;
}

void check_label(const std::string& value, const Path& path, Errors& errors) {
  if (const auto why = api::names::dns1035_label(value)) errors.invalid(path, text(value), *why);
}

void check_kind(const std::string& value, const Path& path, Errors& errors) {
  if (value.empty()) return;
  if (const auto why = api::names::dns1035_label(lower(value)))
    errors.invalid(path, text(value), "may have mixed case, but should otherwise match: " + *why);
}

void check_labels(const Object& names, std::string_view member, const Path& path, Errors& errors) {
  const auto* list = api::get_array(names, {member});
  for (std::size_t i = 0; list && i < list->size(); ++i)
    if ((*list)[i].is_string())
      check_label(std::string((*list)[i].get_string()), path.child(member).index(i), errors);
}

constexpr std::string_view review_versions[] = {"v1", "v1beta1"};

bool is_review_version(const json::value& v) {
  return v.is_string() && std::find(std::begin(review_versions), std::end(review_versions),
                                    std::string_view(v.get_string())) != std::end(review_versions);
}

void check_review_versions(const json::array* versions, bool known, const Path& path, Errors& errors) {
  if (!versions || versions->empty()) return errors.required(path);
  std::set<std::string> seen;
  for (std::size_t i = 0; i < versions->size(); ++i) {
    const std::string v((*versions)[i].is_string() ? std::string_view((*versions)[i].get_string()) : "");
    if (!seen.insert(v).second)
      errors.invalid(path.index(i), text(v), "duplicate version");
    else
      check_label(v, path.index(i), errors);
  }
  if (known && std::none_of(versions->begin(), versions->end(), is_review_version))
    errors.invalid(path, *versions, "must include at least one of v1, v1beta1");
}

void check_url(const std::string& url, const Path& path, Errors& errors) {
  const auto scheme = url.find("://");
  const auto host_at = scheme == std::string::npos ? std::string::npos : scheme + 3;
  const std::string form = "desired format: https://host[/path]";
  if (url.substr(0, scheme) != "https")
    errors.invalid(path, text(url.substr(0, scheme == std::string::npos ? 0 : scheme)),
                   "'https' is the only allowed URL scheme; " + form);
  const auto host = host_at == std::string::npos
                        ? std::string()
                        : url.substr(host_at, url.find_first_of("/?#", host_at) - host_at);
  if (host.empty()) errors.invalid(path, "", "host must be specified; " + form);
  if (host.find('@') != std::string::npos)
    errors.invalid(path, text(host.substr(0, host.find('@'))),
                   "user information is not permitted in the URL");
  if (const auto at = url.find('#'); at != std::string::npos)
    errors.invalid(path, text(url.substr(at + 1)), "fragments are not permitted in the URL");
  if (const auto at = url.find('?'); at != std::string::npos)
    errors.invalid(path, text(url.substr(at + 1)), "query parameters are not permitted in the URL");
}

void check_service(const Object& service, const Path& path, Errors& errors) {
  if (at(service, {"name"}).empty()) errors.required(path.child("name"), "service name is required");
  if (at(service, {"namespace"}).empty())
    errors.required(path.child("namespace"), "service namespace is required");
  const auto port = number(service, {"port"}, 443);
  if (port < 1 || port > 65535)
    errors.invalid(path.child("port"), port, "port is not valid: must be between 1 and 65535, inclusive");
  const auto way = at(service, {"path"});
  if (!way.empty() && way.front() != '/')
    errors.invalid(path.child("path"), text(way), "must start with a '/'");
}

void check_ca_bundle(const Object& client, const Path& path, Errors& errors) {
  const auto bundle = at(client, {"caBundle"});
  if (bundle.empty()) return;
  const auto pem = base::base64_decode(bundle);
  const bool readable = pem && pki::Certificate::from_pem(*pem).has_value();
  if (!readable)
    errors.invalid(path, text(bundle),
                   "unable to load root certificates: unable to parse bytes as PEM block");
}

bool is_simple_path(const std::string& path, const Path& at, Errors& errors) {
  if (path.empty() || path.front() == '.') return true;
  errors.invalid(at, text(path), "must be a simple json path starting with .");
  return false;
}

void check_scale_path(const Object& scale, std::string_view member, std::string_view root, bool required,
                      const Path& path, Errors& errors) {
  const auto way = at(scale, {member});
  const auto where = path.child(member);
  if (way.empty()) {
    if (required) errors.required(where);
  } else if (is_simple_path(way, where, errors)) {
    const bool either = root.empty();
    const bool fits = either ? way.starts_with(".spec.") || way.starts_with(".status.")
                             : way.starts_with("." + std::string(root) + ".");
    if (!fits)
      errors.invalid(where, text(way),
                     either ? "should be a json path under either .spec or .status"
                            : "should be a json path under ." + std::string(root));
  }
}

void check_subresources(const Object& version, const Path& path, Errors& errors) {
  const auto* scale = api::get_object(version, {"subresources", "scale"});
  if (!scale) return;
  const auto at = path.child("subresources").child("scale");
  check_scale_path(*scale, "specReplicasPath", "spec", true, at, errors);
  check_scale_path(*scale, "statusReplicasPath", "status", true, at, errors);
  check_scale_path(*scale, "labelSelectorPath", "", false, at, errors);
}

void check_column(const Object& column, const Path& path, Errors& errors) {
  constexpr std::string_view types[] = {"boolean", "date", "integer", "number", "string"};
  constexpr std::string_view formats[] = {"byte",  "date",  "date-time", "double",
                                          "float", "int32", "int64",     "password"};
  const auto has = [](const auto& list, const std::string& t) {
    return std::find(std::begin(list), std::end(list), t) != std::end(list);
  };
  const std::string must = "must be one of boolean,date,integer,number,string";
  if (at(column, {"name"}).empty()) errors.required(path.child("name"));
  const auto type = at(column, {"type"}), format = at(column, {"format"}), way = at(column, {"jsonPath"});
  if (type.empty())
    errors.required(path.child("type"), must);
  else if (!has(types, type))
    errors.invalid(path.child("type"), text(type), must);
  if (!format.empty() && !has(formats, format))
    errors.invalid(path.child("format"), text(format),
                   "must be one of byte,date,date-time,double,float,int32,int64,password");
  if (way.empty())
    errors.required(path.child("JSONPath"));
  else
    is_simple_path(way, path.child("JSONPath"), errors);
}

void check_deprecation(const Object& version, const Path& path, Errors& errors) {
  const auto* warning = version.if_contains("deprecationWarning");
  if (!warning || !warning->is_string()) return;
  const auto at = path.child("deprecationWarning");
  const std::string_view t = warning->get_string();
  if (!api::get_bool(version, {"deprecated"}))
    return errors.invalid(at, *warning, "can only be set for deprecated versions");
  if (t.size() > 256) errors.invalid(at, *warning, "must be <= 256 characters long");
  if (t.empty()) errors.invalid(at, *warning, "must not be an empty string");
  for (std::size_t i = 0; i < t.size(); ++i)
    if (static_cast<unsigned char>(t[i]) < 0x20 || t[i] == 0x7f)
      return errors.invalid(
          at, *warning,
          "must only contain printable UTF-8 characters; non-printable character found at index " +
              std::to_string(i));
}

void check_version(const Object& version, const Path& path, Errors& errors) {
  check_deprecation(version, path, errors);
  check_subresources(version, path, errors);
  each(version, "additionalPrinterColumns", path,
       [&](const Object& column, const Path& p) { check_column(column, p, errors); });
}

}  // namespace

const Object* condition(const Object& definition, std::string_view type) {
  const auto* list = api::get_array(definition, {"status", "conditions"});
  for (std::size_t i = 0; list && i < list->size(); ++i)
    if ((*list)[i].is_object() && api::get_string((*list)[i].get_object(), {"type"}) == type)
      return &(*list)[i].get_object();
  return nullptr;
}

bool is_true(const Object& definition, std::string_view type) {
  const auto* c = condition(definition, type);
  return c && api::get_string(*c, {"status"}) == "True";
}

std::string storage_version(const Object& spec) {
  std::string name;
  each(spec, "versions", Path(), [&](const Object& v, const Path&) {
    if (name.empty() && api::get_bool(v, {"storage"})) name = at(v, {"name"});
  });
  return name;
}

void validate_names(const Object& names, const Path& path, Errors& errors) {
  for (const char* member : {"plural", "singular"})
    if (const auto value = at(names, {member}); !value.empty())
      check_label(value, path.child(member), errors);
  const auto kind = at(names, {"kind"}), list_kind = at(names, {"listKind"});
  check_kind(kind, path.child("kind"), errors);
  check_kind(list_kind, path.child("listKind"), errors);
  check_labels(names, "shortNames", path, errors);
  if (!kind.empty() && kind == list_kind)
    errors.invalid(path.child("listKind"), text(list_kind), "kind and listKind may not be the same");
  check_labels(names, "categories", path, errors);
}

void validate_conversion(const Object& spec, const Demands& demands, const Path& spec_path, Errors& errors) {
  const auto* conversion = api::get_object(spec, {"conversion"});
  if (!conversion) return;
  const auto path = spec_path.child("conversion");
  const auto strategy = at(*conversion, {"strategy"});
  const auto* client = api::get_object(*conversion, {"webhook", "clientConfig"});
  const auto* versions = api::get_array(*conversion, {"webhook", "conversionReviewVersions"});
  // Upstream names the fields as its internal form has them.
  const auto client_path = path.child("webhookClientConfig"),
             versions_path = path.child("conversionReviewVersions");
  if (strategy.empty())
    errors.required(path.child("strategy"));
  else if (strategy != "None" && strategy != "Webhook")
    errors.not_supported(path.child("strategy"), text(strategy), {"None", "Webhook"});
  if (strategy != "Webhook") {
    if (client) errors.forbidden(client_path, "should not be set when strategy is not set to Webhook");
    if (versions && !versions->empty())
      errors.forbidden(versions_path, "should not be set when strategy is not set to Webhook");
    return;
  }
  if (!client) {
    errors.required(client_path, "required when strategy is set to Webhook");
  } else {
    const auto* service = api::get_object(*client, {"service"});
    const bool has_url = client->contains("url");
    if (has_url == (service != nullptr))
      errors.required(client_path, "exactly one of url or service is required");
    else if (has_url)
      check_url(at(*client, {"url"}), client_path.child("url"), errors);
    else
      check_service(*service, client_path.child("service"), errors);
    if (demands.good_ca_bundle) check_ca_bundle(*client, client_path.child("caBundle"), errors);
  }
  check_review_versions(versions, demands.known_review_version, versions_path, errors);
}

void validate_versions(const Object& spec, const Demands& demands, const Path& path, Errors& errors) {
  std::set<std::string> names;
  bool unique = true;
  int storage = 0;
  each(spec, "versions", path, [&](const Object& version, const Path& p) {
    if (!api::get_object(version, {"schema", "openAPIV3Schema"})) {
      const bool pruned_to_nothing = !demands.schemas && api::get_bool(version, {"served"});
      const auto at = p.child("schema").child("openAPIV3Schema");
      if (demands.schemas) errors.required(at);
      if (pruned_to_nothing) errors.required(at, "because otherwise all fields are pruned");
    }
    const auto name = at(version, {"name"});
    unique = names.insert(name).second && unique;
    storage += api::get_bool(version, {"storage"}) ? 1 : 0;
    check_label(name, p.child("name"), errors);
    check_version(version, p, errors);
  });
  const auto all = copy(spec, {"versions"});
  if (!unique) errors.invalid(path.child("versions"), all, "must contain unique version names");
  if (storage != 1)
    errors.invalid(path.child("versions"), all, "must have exactly one version marked as storage version");
}

namespace {

constexpr std::string_view approval = "api-approved.kubernetes.io";

struct Approval {
  enum class State { invalid, approved, bypassed, missing } state;
  std::string reason;
};

bool is_protected(std::string_view group) {
  return group == "k8s.io" || group.ends_with(".k8s.io") || group == "kubernetes.io" ||
         group.ends_with(".kubernetes.io");
}

Approval approval_of(const Object& definition) {
  const auto* annotations = api::annotations_of(definition);
  const auto value = annotations ? at(*annotations, {approval}) : std::string();
  const std::string must = "protected groups must have approval annotation \"" + std::string(approval) + "\"";
  const std::string see = ", see https://github.com/kubernetes/enhancements/pull/1111";
  if (value.empty()) return {Approval::State::missing, must + see};
  if (value.starts_with("unapproved")) return {Approval::State::bypassed, "not approved: \"" + value + "\""};
  const auto scheme = value.find("://");
  const bool url =
      scheme != std::string::npos && scheme > 0 && scheme + 3 < value.size() && value[scheme + 3] != '/';
  if (url) return {Approval::State::approved, "approved in " + value};
  return {Approval::State::invalid,
          must + " with either a URL or a reason starting with \"unapproved\"" + see};
}

}  // namespace

void validate_approval(const Object& definition, const Object* old, Errors& errors) {
  if (!is_protected(at(definition, {"spec", "group"}))) return;
  const auto now = approval_of(definition);
  if (old && approval_of(*old).state == now.state) return;
  const auto path = Path("metadata").child("annotations").key(approval);
  const auto* annotations = api::annotations_of(definition);
  if (now.state == Approval::State::invalid)
    errors.invalid(path, text(annotations ? at(*annotations, {approval}) : ""), now.reason);
  if (now.state == Approval::State::missing) errors.required(path, now.reason);
}

std::optional<Condition> approval_condition(const Object& definition) {
  if (!is_protected(at(definition, {"spec", "group"}))) return std::nullopt;
  const auto now = approval_of(definition);
  constexpr const char* reasons[] = {"InvalidAnnotation", "ApprovedAnnotation", "UnapprovedAnnotation",
                                     "MissingAnnotation"};
  return Condition{"KubernetesAPIApprovalPolicyConformant",
                   now.state == Approval::State::approved ? "True" : "False",
                   reasons[static_cast<std::size_t>(now.state)], now.reason};
}

bool set_condition(Object& definition, const Condition& c, base::SystemTime now) {
  auto& status = api::ensure_object(definition, {"status"});
  auto& all = status["conditions"];
  if (!all.is_array()) all = json::array();
  Object next{{"type", c.type},
              {"status", c.status},
              {"lastTransitionTime", base::format_rfc3339(now)},
              {"reason", c.reason},
              {"message", c.message}};
  for (auto& one : all.get_array()) {
    if (!one.is_object() || api::get_string(one.get_object(), {"type"}) != c.type) continue;
    auto& old = one.get_object();
    const bool stays = at(old, {"status"}) == c.status;
    const bool same = stays && at(old, {"reason"}) == c.reason && at(old, {"message"}) == c.message;
    const auto* since = old.if_contains("lastTransitionTime");
    if (stays && since && !since->is_null()) next["lastTransitionTime"] = *since;
    if (!same) old = std::move(next);
    return !same;
  }
  all.get_array().push_back(std::move(next));
  return true;
}

void remove_condition(Object& definition, std::string_view type) {
  auto* status = definition.if_contains("status");
  auto* all = status && status->is_object() ? status->get_object().if_contains("conditions") : nullptr;
  if (!all || !all->is_array()) return;
  json::array kept;
  for (auto& one : all->get_array())
    if (!one.is_object() || api::get_string(one.get_object(), {"type"}) != type)
      kept.push_back(std::move(one));
  *all = std::move(kept);
}

}  // namespace apiserver::kinds::definitions
