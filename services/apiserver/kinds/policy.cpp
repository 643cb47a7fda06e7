#include "apiserver/kinds/common.hpp"
#include "apiserver/kinds/groups.hpp"

namespace apiserver::kinds {
namespace {

/// A number, or a string such as "50%".
std::string int_or_string(const Object& o, std::initializer_list<std::string_view> path) {
  const auto* v = api::get(o, path);
  if (!v || v->is_null()) return "N/A";
  return v->is_string() ? std::string(v->get_string()) : std::to_string(number(o, path));
}

void validate_budget(const Object& o, Errors& errors) {
  const Path path("spec");
  const auto* spec = api::get_object(o, {"spec"});
  if (!spec) return;
  if (spec->contains("minAvailable") && spec->contains("maxUnavailable"))
    errors.invalid(path, *spec, "minAvailable and maxUnavailable cannot be both set");
  check_not_negative(*spec, "minAvailable", path, errors);
  check_not_negative(*spec, "maxUnavailable", path, errors);
  if (const auto* selector = api::get_object(*spec, {"selector"}))
    check_label_selector(*selector, path.child("selector"), errors);
  check_one_of(*spec, "unhealthyPodEvictionPolicy", path, {"AlwaysAllow", "IfHealthyBudget"}, errors);
}

const Column budget_columns[] = {{"Name", "string", "name"},
                                 {"Min Available"},
                                 {"Max Unavailable"},
                                 {"Allowed Disruptions", "integer"},
                                 {"Age"}};

const KindRecord records[] = {
    {.group = "policy",
     .resource = "poddisruptionbudgets",
     .validate = validate_budget,
     .table = {budget_columns,
               [](const Object& o, base::SystemTime now) -> json::array {
                 return {text(name_cell(o)), text(int_or_string(o, {"spec", "minAvailable"})),
                         text(int_or_string(o, {"spec", "maxUnavailable"})),
                         number(o, {"status", "disruptionsAllowed"}), text(age(o, now))};
               }},
     .generation = true},
};

}  // namespace

std::span<const KindRecord> policy_records() {
  return records;
}

}  // namespace apiserver::kinds
