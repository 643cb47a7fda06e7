#include "apiserver/kinds/common.hpp"
#include "apiserver/kinds/groups.hpp"

namespace apiserver::kinds {
namespace {

void validate_lease(const Object& o, Errors& errors) {
  const Path path("spec");
  const auto duration = api::get_int(o, {"spec", "leaseDurationSeconds"});
  if (duration && *duration <= 0)
    errors.invalid(path.child("leaseDurationSeconds"), *duration, "must be greater than 0");
  const auto transitions = api::get_int(o, {"spec", "leaseTransitions"});
  if (transitions && *transitions < 0)
    errors.invalid(path.child("leaseTransitions"), *transitions, "must be greater than or equal to 0");
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
