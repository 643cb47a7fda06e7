#include <algorithm>
#include "api/names.hpp"
#include "apiserver/kinds/groups.hpp"
#include "apiserver/kinds/pod_rules.hpp"
#include "apiserver/kinds/resources.hpp"
#include "base/encoding.hpp"

namespace apiserver::kinds {
namespace {

void default_request(Object& o) {
  api::set_default(o, {"spec", "usages"}, json::array{"key encipherment", "digital signature"});
}

/// "example.com/signer-name".
void check_signer_name(const Part& spec) {
  const auto name = spec.text("signerName");
  const auto slash = name.find('/');
  const Path path = spec.at("signerName");
  if (name.empty()) return spec.errors.required(path, "signerName must be provided");
  if (slash == std::string_view::npos || name.find('/', slash + 1) != std::string_view::npos)
    return spec.invalid("signerName",
                        "must be a fully qualified domain and path of the form 'example.com/signer-name'");
  const auto domain = name.substr(0, slash);
  if (domain.find('.') == std::string_view::npos)
    spec.errors.invalid(path, json::value(domain),
                        "should be a domain with at least two segments separated by dots");
  else if (auto wrong = api::names::dns1123_subdomain(domain))
    spec.errors.invalid(path, json::value(domain), *wrong);
  if (auto wrong = api::names::dns1123_subdomain(name.substr(slash + 1)))
    spec.errors.invalid(path, json::value(name.substr(slash + 1)), *wrong);
}

constexpr std::string_view usages[] = {"any",
                                       "cert sign",
                                       "client auth",
                                       "code signing",
                                       "content commitment",
                                       "crl sign",
                                       "data encipherment",
                                       "decipher only",
                                       "digital signature",
                                       "email protection",
                                       "encipher only",
                                       "ipsec end system",
                                       "ipsec tunnel",
                                       "ipsec user",
                                       "key agreement",
                                       "key encipherment",
                                       "microsoft sgc",
                                       "netscape sgc",
                                       "ocsp signing",
                                       "s/mime",
                                       "server auth",
                                       "signing",
                                       "timestamping"};

void check_usages(const Part& spec) {
  spec.require("usages", "usages must be provided");
  std::set<std::string> seen;
  spec.each_text("usages", [&](std::string_view usage, const Path& path) {
    if (std::find(std::begin(usages), std::end(usages), usage) == std::end(usages))
      spec.errors.not_supported(path, json::value(usage), {std::begin(usages), std::end(usages)});
    check_unique(seen, usage, path, spec.errors);
  });
}

void validate_request(const Object& o, Errors& errors) {
  const Part spec = spec_of(o, errors);
  const auto pem = base::base64_decode(spec.text("request"));
  if (!pem || pem->find("-----BEGIN CERTIFICATE REQUEST-----") == std::string::npos)
    errors.invalid(spec.at("request"), spec.copy("request"), "PEM block type must be CERTIFICATE REQUEST");
  check_usages(spec);
  check_signer_name(spec);
  if (spec.text("signerName") == "kubernetes.io/legacy-unknown")
    spec.invalid("signerName", "the legacy signerName is not allowed via this API version");
  const auto seconds = spec.number("expirationSeconds");
  if (seconds && *seconds < 600)
    spec.invalid("expirationSeconds", "may not specify a duration less than 600 seconds (10 minutes)");
}

std::string conditions_cell(const Object& o) {
  std::vector<std::string> parts;
  bool approved = false, denied = false, failed = false;
  if (const auto* status = api::get_object(o, {"status"}))
    each(*status, "conditions", Path(), [&](const Object& c, const Path&) {
      const auto type = api::get_string(c, {"type"});
      approved = approved || type == "Approved";
      denied = denied || type == "Denied";
      failed = failed || type == "Failed";
    });
  if (approved)
    parts.emplace_back("Approved");
  else if (denied)
    parts.emplace_back("Denied");
  else
    parts.emplace_back("Pending");
  if (failed) parts.emplace_back("Failed");
  if (!at(o, {"status", "certificate"}).empty()) parts.emplace_back("Issued");
  return join(parts);
}

const Column request_columns[] = {{"Name", "string", "name"}, {"Age"},      {"SignerName"}, {"Requestor"},
                                  {"RequestedDuration"},      {"Condition"}};

json::array request_cells(const Object& o, base::SystemTime now) {
  const auto seconds = api::get_int(o, {"spec", "expirationSeconds"});
  return {text(name_cell(o)),
          text(age(o, now)),
          text(or_none(at(o, {"spec", "signerName"}))),
          text(at(o, {"spec", "username"})),
          text(seconds ? human_duration(std::chrono::seconds(*seconds)) : "<none>"),
          text(conditions_cell(o))};
}

const Column priority_columns[] = {{"Name", "string", "name"},
                                   {"Value", "integer"},
                                   {"Global-Default", "boolean"},
                                   {"Age"},
                                   {"PreemptionPolicy"}};

void default_priority(Object& o) {
  api::set_default(o, {"preemptionPolicy"}, "PreemptLowerPriority");
}

void validate_priority(const Object& o, Errors& errors) {
  constexpr std::int64_t user_max = 1'000'000'000;
  constexpr std::string_view system = "system-";
  const Part c = whole(o, errors);
  const auto name = api::name_of(o);
  const auto value = c.number("value").value_or(0);
  const bool known = (name == "system-node-critical" && value == 2'000'001'000) ||
                     (name == "system-cluster-critical" && value == 2'000'000'000);
  if (name.starts_with(system) && !known)
    errors.forbidden(Path("metadata").child("name"),
                     "priority class names with 'system-' prefix are reserved for system use only. error: " +
                         std::string(name) + " is not a known system priority class");
  else if (!name.starts_with(system) && value > user_max)
    errors.forbidden(Path("value"), "maximum allowed value of a user defined priority is 1000000000");
  if (c.has("preemptionPolicy")) c.one_of_in_order("preemptionPolicy", {"PreemptLowerPriority", "Never"});
}

void validate_runtime_class(const Object& o, Errors& errors) {
  const Part c = whole(o, errors);
  check_name(c.text("handler"), Path("handler"), api::names::dns1123_label, errors);
  c.part("overhead").each_entry("podFixed", [&](std::string_view name, std::string_view q, const Path& path) {
    check_resource_name(name, path, errors);
    check_resource_quantity(name, json::value(q), path, errors);
  });
  const Part scheduling = c.part("scheduling");
  if (const auto* selector = scheduling.object("nodeSelector"))
    check_labels(*selector, scheduling.at("nodeSelector"), errors);
  pod::validate_tolerations(scheduling);
}

const Column runtime_columns[] = {{"Name", "string", "name"}, {"Handler"}, {"Age"}};

const SelectableField request_fields[] = {{"spec.signerName", [](const Object& o) {
                                             return at(o, {"spec", "signerName"});
                                           }}};

const KindRecord records[] = {
    {.group = "certificates.k8s.io",
     .resource = "certificatesigningrequests",
     .defaults = default_request,
     // What was asked for, and by whom, stays as it was approved.
     .prepare_update = [](Object& o, const Object& old) { o["spec"] = old.at("spec"); },
     .validate = validate_request,
     .table = {request_columns, request_cells},
     .selectable_fields = request_fields},
    {.group = "scheduling.k8s.io",
     .resource = "priorityclasses",
     .defaults = default_priority,
     .validate = validate_priority,
     .validate_update =
         [](const Object& o, const Object& old, Errors& e) {
           if (!same(o, old, {"value"})) e.forbidden(Path("value"), "may not be changed in an update.");
           if (!same(o, old, {"preemptionPolicy"}))
             e.invalid(Path("preemptionPolicy"), copy(o, {"preemptionPolicy"}), "field is immutable");
         },
     .table = {priority_columns,
               [](const Object& o, base::SystemTime now) -> json::array {
                 return {text(name_cell(o)), number(o, {"value"}), api::get_bool(o, {"globalDefault"}),
                         text(age(o, now)), text(at(o, {"preemptionPolicy"}))};
               }},
     .generation = true},
    {.group = "node.k8s.io",
     .resource = "runtimeclasses",
     .validate = validate_runtime_class,
     .validate_update = [](const Object& o, const Object& old,
                           Errors& e) { check_immutable(o, old, {"handler"}, e); },
     .table = {runtime_columns,
               [](const Object& o, base::SystemTime now) -> json::array {
                 return {text(name_cell(o)), text(at(o, {"handler"})), text(age(o, now))};
               }}},
};

}  // namespace

std::span<const KindRecord> certificates_records() {
  return records;
}

}  // namespace apiserver::kinds
