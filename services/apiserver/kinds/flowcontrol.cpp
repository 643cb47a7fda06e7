#include "apiserver/kinds/flowcontrol_rules.hpp"
#include "apiserver/kinds/groups.hpp"

namespace apiserver::kinds {
namespace {

constexpr std::string_view group = "flowcontrol.apiserver.k8s.io";

void default_level(Object& o) {
  auto& spec = api::ensure_object(o, {"spec"});
  if (api::get_object(spec, {"exempt"}) || api::get_string(spec, {"type"}) == "Exempt") {
    api::set_default(spec, {"exempt", "nominalConcurrencyShares"}, 0);
    api::set_default(spec, {"exempt", "lendablePercent"}, 0);
    return;
  }
  if (!api::get_object(spec, {"limited"})) return;
  api::set_default(spec, {"limited", "nominalConcurrencyShares"}, 30);
  api::set_default(spec, {"limited", "lendablePercent"}, 0);
  if (api::get_string(spec, {"limited", "limitResponse", "type"}) != "Queue") return;
  api::set_default(spec, {"limited", "limitResponse", "queuing", "queues"}, 64);
  api::set_default(spec, {"limited", "limitResponse", "queuing", "handSize"}, 8);
  api::set_default(spec, {"limited", "limitResponse", "queuing", "queueLengthLimit"}, 50);
}

std::string cell_at(const Object& o, std::initializer_list<std::string_view> path) {
  const auto v = api::get_int(o, path);
  return v ? std::to_string(*v) : "<none>";
}

const Column level_columns[] = {
    {"Name", "string", "name"}, {"Type"}, {"NominalConcurrencyShares"}, {"Queues"}, {"HandSize"},
    {"QueueLengthLimit"},       {"Age"}};

json::array level_cells(const Object& o, base::SystemTime now) {
  const auto queuing = [&](std::string_view field) {
    return text(cell_at(o, {"spec", "limited", "limitResponse", "queuing", field}));
  };
  return {text(name_cell(o)),
          text(at(o, {"spec", "type"})),
          text(cell_at(o, {"spec", "limited", "nominalConcurrencyShares"})),
          queuing("queues"),
          queuing("handSize"),
          queuing("queueLengthLimit"),
          text(age(o, now))};
}

const Column schema_columns[] = {{"Name", "string", "name"}, {"PriorityLevel"}, {"MatchingPrecedence"},
                                 {"DistinguisherMethod"},    {"Age"},           {"MissingPL"}};

/// Whether the priority level exists, as the condition Dangling tells.
std::string missing_level(const Object& o) {
  std::string cell = "?";
  if (const auto* status = api::get_object(o, {"status"}))
    each(*status, "conditions", Path(), [&](const Object& c, const Path&) {
      if (api::get_string(c, {"type"}) == "Dangling") cell = at(c, {"status"});
    });
  return cell;
}

json::array schema_cells(const Object& o, base::SystemTime now) {
  return {text(name_cell(o)),
          text(at(o, {"spec", "priorityLevelConfiguration", "name"})),
          number(o, {"spec", "matchingPrecedence"}),
          text(or_none(at(o, {"spec", "distinguisherMethod", "type"}))),
          text(age(o, now)),
          text(missing_level(o))};
}

const KindRecord records[] = {
    {.group = group,
     .resource = "prioritylevelconfigurations",
     .defaults = default_level,
     .validate = validate_priority_level,
     .table = {level_columns, level_cells},
     .generation = true},
    {.group = group,
     .resource = "flowschemas",
     .defaults =
         [](Object& o) {
           api::set_default(o, {"spec", "matchingPrecedence"}, 1000);
         },
     .validate = validate_flow_schema,
     .table = {schema_columns, schema_cells},
     .generation = true},
};

}  // namespace

std::span<const KindRecord> flowcontrol_records() {
  return records;
}

}  // namespace apiserver::kinds
