#include "apiserver/kinds/common.hpp"
#include "apiserver/kinds/groups.hpp"

namespace apiserver::kinds {
namespace {

void default_request(Object& o) {
  api::set_default(o, {"spec", "usages"}, json::array{"key encipherment", "digital signature"});
}

void validate_request(const Object& o, Errors& errors) {
  const Path path("spec");
  static const Object none;
  const auto* spec = api::get_object(o, {"spec"});
  if (!spec) spec = &none;
  check_required(*spec, "request", path, errors);
  check_required(*spec, "signerName", path, errors);
  check_required(*spec, "usages", path, errors);
  const auto seconds = api::get_int(*spec, {"expirationSeconds"});
  if (seconds && *seconds < 600)
    errors.invalid(path.child("expirationSeconds"), *seconds,
                   "may not specify a duration less than 600 seconds (10 minutes)");
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
  const bool system = api::name_of(o).starts_with("system-");
  if (!system && number(o, {"value"}) > user_max)
    errors.forbidden(Path("value"), "maximum allowed value of a user defined priority is 1000000000");
  check_one_of(o, "preemptionPolicy", Path(), {"Never", "PreemptLowerPriority"}, errors);
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
             e.forbidden(Path("preemptionPolicy"), "may not be changed in an update.");
         },
     .table = {priority_columns,
               [](const Object& o, base::SystemTime now) -> json::array {
                 return {text(name_cell(o)), number(o, {"value"}), api::get_bool(o, {"globalDefault"}),
                         text(age(o, now)), text(at(o, {"preemptionPolicy"}))};
               }},
     .generation = true},
    {.group = "node.k8s.io",
     .resource = "runtimeclasses",
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
