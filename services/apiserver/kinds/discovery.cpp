#include <algorithm>
#include "apiserver/kinds/common.hpp"
#include "apiserver/kinds/groups.hpp"
#include "apiserver/kinds/service_rules.hpp"

namespace apiserver::kinds {
namespace {

void default_slice(Object& o) {
  each(o, "ports", [](Object& p) {
    api::set_default(p, {"name"}, "");
    api::set_default(p, {"protocol"}, "TCP");
  });
}

std::string shown(std::vector<std::string> all) {
  constexpr std::size_t most = 3;
  std::string cell =
      join(std::vector<std::string>(all.begin(), all.begin() + std::min(all.size(), most)), "<unset>");
  if (all.size() > most) cell += " + " + std::to_string(all.size() - most) + " more...";
  return cell;
}

std::string ports_cell(const Object& o) {
  std::vector<std::string> parts;
  each(o, "ports", Path(), [&](const Object& p, const Path&) {
    const auto port = api::get_int(p, {"port"});
    parts.push_back(port ? std::to_string(*port) : "*");
  });
  return shown(std::move(parts));
}

std::string endpoints_cell(const Object& o) {
  std::vector<std::string> parts;
  each(o, "endpoints", Path(), [&](const Object& e, const Path&) {
    if (const auto* addresses = api::get_array(e, {"addresses"}))
      for (const auto& a : *addresses)
        if (a.is_string()) parts.emplace_back(a.get_string());
  });
  return shown(std::move(parts));
}

const Column slice_columns[] = {
    {"Name", "string", "name"}, {"AddressType"}, {"Ports"}, {"Endpoints"}, {"Age"}};

const KindRecord records[] = {
    {.group = "discovery.k8s.io",
     .resource = "endpointslices",
     .defaults = default_slice,
     .validate = validate_slice,
     .validate_update = [](const Object& o, const Object& old,
                           Errors& e) { check_immutable(o, old, {"addressType"}, e); },
     .table = {slice_columns,
               [](const Object& o, base::SystemTime now) -> json::array {
                 return {text(name_cell(o)), text(at(o, {"addressType"})), text(ports_cell(o)),
                         text(endpoints_cell(o)), text(age(o, now))};
               }},
     .generation = true},
};

}  // namespace

std::span<const KindRecord> discovery_records() {
  return records;
}

}  // namespace apiserver::kinds
