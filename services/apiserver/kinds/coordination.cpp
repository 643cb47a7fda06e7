#include "apiserver/kinds/checks.hpp"
#include "apiserver/kinds/groups.hpp"

namespace apiserver::kinds {
namespace {

void validate_lease(const Object& o, Errors& errors) {
  const Part spec = spec_of(o, errors);
  const auto duration = spec.number("leaseDurationSeconds"), transitions = spec.number("leaseTransitions");
  if (duration && *duration <= 0) spec.invalid("leaseDurationSeconds", "must be greater than 0");
  if (transitions && *transitions < 0) spec.invalid("leaseTransitions", "must be greater than or equal to 0");
}

const Column lease_columns[] = {{"Name", "string", "name"}, {"Holder"}, {"Age"}};

const KindRecord records[] = {
    {.group = "coordination.k8s.io",
     .resource = "leases",
     .validate = validate_lease,
     .table = {lease_columns,
               [](const Object& o, base::SystemTime now) -> json::array {
                 return {text(name_cell(o)), text(at(o, {"spec", "holderIdentity"})), text(age(o, now))};
               }},
     .allow_create_on_update = true,
     .allow_unconditional_update = false},
};

}  // namespace

std::span<const KindRecord> coordination_records() {
  return records;
}

}  // namespace apiserver::kinds
