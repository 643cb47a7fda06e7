#include "apiserver/kinds/checks.hpp"
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
  const Part spec = spec_of(o, errors);
  if (spec.has("minAvailable") && spec.has("maxUnavailable"))
    errors.invalid(spec.path, spec.value, "minAvailable and maxUnavailable cannot be both set");
  check_int_or_percent(spec, "minAvailable", true);
  check_int_or_percent(spec, "maxUnavailable", true);
  check_selector(spec, "selector");
  spec.one_of_if_set("unhealthyPodEvictionPolicy", {"AlwaysAllow", "IfHealthyBudget"});
}

void validate_budget_status(const Object& o, const Object&, Errors& errors) {
  const Part status = whole(o, errors).part("status");
  for (auto member : {"disruptionsAllowed", "currentHealthy", "desiredHealthy", "expectedPods"})
    status.not_negative(member);
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
     .validate_status = validate_budget_status,
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
