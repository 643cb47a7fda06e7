#include "api/names.hpp"
#include "apiserver/kinds/common.hpp"
#include "apiserver/kinds/groups.hpp"

namespace apiserver::kinds {
namespace {

// apiregistration.k8s.io

std::string api_service_available(const Object& o) {
  std::string cell = "Unknown";
  if (const auto* status = api::get_object(o, {"status"}))
    each(*status, "conditions", Path(), [&](const Object& c, const Path&) {
      if (api::get_string(c, {"type"}) != "Available") return;
      cell = at(c, {"status"});
      if (cell != "True") cell += " (" + at(c, {"reason"}) + ")";
    });
  return cell;
}

const Column api_service_columns[] = {{"Name", "string", "name"}, {"Service"}, {"Available"}, {"Age"}};

json::array api_service_cells(const Object& o, base::SystemTime now) {
  const auto service = at(o, {"spec", "service", "name"});
  return {text(name_cell(o)),
          text(service.empty() ? "Local" : at(o, {"spec", "service", "namespace"}) + "/" + service),
          text(api_service_available(o)), text(age(o, now))};
}

void default_api_service(Object& o) {
  if (api::get_object(o, {"spec", "service"})) api::set_default(o, {"spec", "service", "port"}, 443);
}

void validate_extension_server(const Object& spec, const Object& service, const Path& path, Errors& errors) {
  const auto at_service = path.child("service");
  check_required(service, "namespace", at_service, errors);
  check_required(service, "name", at_service, errors);
  const auto port = number(service, {"port"}, 443);
  if (port < 1 || port > 65535)
    errors.invalid(at_service.child("port"), port,
                   "port is not valid: must be between 1 and 65535, inclusive");
  if (api::get_bool(spec, {"insecureSkipTLSVerify"}) && !at(spec, {"caBundle"}).empty())
    errors.invalid(path.child("insecureSkipTLSVerify"), true, "may not be true if caBundle is present");
}

void validate_api_service(const Object& o, Errors& errors) {
  static const Object nothing;
  const auto* given = api::get_object(o, {"spec"});
  const auto& spec = given ? *given : nothing;
  const Path path("spec");
  const auto group = at(spec, {"group"}), version = at(spec, {"version"});
  const auto wanted = version + "." + group;
  if (api::name_of(o) != wanted)
    errors.invalid(Path("metadata").child("name"), text(api::name_of(o)),
                   "must be `spec.version+\".\"+spec.group`: \"" + wanted + "\"");
  if (group.empty() && version != "v1")
    errors.required(path.child("group"), "only v1 may have an empty group and it better be legacy kube");
  if (const auto why = api::names::dns1123_subdomain(group); why && !group.empty())
    errors.invalid(path.child("group"), text(group), *why);
  if (const auto why = api::names::dns1035_label(version))
    errors.invalid(path.child("version"), text(version), *why);
  const auto minimum = number(spec, {"groupPriorityMinimum"}), priority = number(spec, {"versionPriority"});
  if (minimum <= 0 || minimum > 20000)
    errors.invalid(path.child("groupPriorityMinimum"), minimum, "must be positive and less than 20000");
  if (priority <= 0 || priority > 1000)
    errors.invalid(path.child("versionPriority"), priority, "must be positive and less than 1000");
  if (const auto* service = api::get_object(spec, {"service"}))
    return validate_extension_server(spec, *service, path, errors);
  if (const auto bundle = at(spec, {"caBundle"}); !bundle.empty())
    errors.invalid(path.child("caBundle"), text(std::to_string(bundle.size() * 3 / 4) + " bytes"),
                   "local APIServices may not have a caBundle");
  if (api::get_bool(spec, {"insecureSkipTLSVerify"}))
    errors.invalid(path.child("insecureSkipTLSVerify"), true,
                   "local APIServices may not have insecureSkipTLSVerify");
}

/// "v1." is that of the core group.
std::optional<std::string> api_service_name(std::string_view name) {
  return api::names::path_segment(name);
}


const KindRecord records[] = {
    {.group = "apiregistration.k8s.io",
     .resource = "apiservices",
     .defaults = default_api_service,
     .validate = validate_api_service,
     .table = {api_service_columns, api_service_cells},
     .allow_unconditional_update = false,
     .validate_name = api_service_name},
};

}  // namespace

std::span<const KindRecord> extension_records() {
  return records;
}

}  // namespace apiserver::kinds
