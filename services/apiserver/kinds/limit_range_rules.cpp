#include <cstdio>
#include "api/names.hpp"
#include "api/quantity.hpp"
#include "apiserver/kinds/core_cluster_rules.hpp"
#include "apiserver/kinds/resources.hpp"

namespace apiserver::kinds {
namespace {

constexpr std::string_view maps[] = {"max", "min", "default", "defaultRequest", "maxLimitRequestRatio"};

void check_limited_resource(const Part& item, std::string_view name, const Path& path) {
  const auto before = item.errors.size();
  check_resource_name(name, path, item.errors);
  if (item.errors.size() != before) return;
  const auto type = item.text("type");
  const bool bare = name.find('/') == std::string_view::npos;
  if ((type != "Pod" && type != "Container") || !bare) return;
  if (!contains({"cpu", "memory", "ephemeral-storage"}, name) && !is_hugepages(name))
    item.errors.invalid(path, json::value(name), "must be a standard resource for containers");
}

/// What the item says of one resource.
struct Amounts {
  std::optional<api::Quantity> max, min, limit, request, ratio;
};

std::optional<api::Quantity> amount(const Part& item, std::string_view map, std::string_view name) {
  const auto text = api::get_string(item.value, {map, name});
  if (text.empty()) return std::nullopt;
  const auto q = api::Quantity::parse(text);
  return q ? std::optional<api::Quantity>(*q) : std::nullopt;
}

void check_ratio(const Part& item, std::string_view name, const Amounts& a) {
  if (!a.ratio) return;
  const Path path = item.at("maxLimitRequestRatio").key(name);
  if (*a.ratio < api::Quantity::from_value(1))
    item.errors.invalid(path, json::value(a.ratio->text()), "ratio " + a.ratio->text() + " is less than 1");
  if (!a.min || !a.max || a.min->sign() <= 0) return;
  const double limit = a.max->as_double() / a.min->as_double();
  if (a.ratio->as_double() <= limit) return;
  char shown[64];
  std::snprintf(shown, sizeof shown, "%f", limit);
  item.errors.invalid(path, json::value(a.ratio->text()),
                      "ratio " + a.ratio->text() + " is greater than max/min = " + shown);
}

void check_order(const Part& item, std::string_view name, const Amounts& a) {
  const auto above = [&](const auto& low, const auto& high, std::string_view map, const auto& bad,
                         std::string_view low_name, std::string_view high_name) {
    if (low && high && *low > *high)
      item.errors.invalid(item.at(map).key(name), json::value(bad->text()),
                          std::string(low_name) + " value " + low->text() + " is greater than " +
                              std::string(high_name) + " value " + high->text());
  };
  above(a.min, a.max, "min", a.min, "min", "max");
  above(a.min, a.request, "defaultRequest", a.request, "min", "default request");
  above(a.request, a.max, "defaultRequest", a.request, "default request", "max");
  above(a.request, a.limit, "defaultRequest", a.request, "default request", "default limit");
  above(a.min, a.limit, "default", a.min, "min", "default");
  above(a.limit, a.max, "default", a.max, "default", "max");
}

void check_item(const Part& item) {
  for (auto map : {"max", "min"})
    item.each_entry(map, [&](std::string_view name, std::string_view, const Path& path) {
      check_limited_resource(item, name, path);
    });
  const bool pod = item.text("type") == "Pod";
  for (auto map : {"default", "defaultRequest"}) {
    if (pod && item.count(map) > 0) item.forbid(map, "may not be specified when `type` is 'Pod'");
    if (!pod)
      item.each_entry(map, [&](std::string_view name, std::string_view, const Path& path) {
        check_limited_resource(item, name, path);
      });
  }
  if (item.text("type") == "PersistentVolumeClaim" && !amount(item, "min", "storage") &&
      !amount(item, "max", "storage"))
    item.errors.required(item.at("limits"),
                         "either minimum or maximum storage value is required, but neither was provided");
  std::set<std::string> names;
  for (auto map : maps)
    item.each_entry(map, [&](std::string_view name, std::string_view, const Path&) { names.emplace(name); });
  for (const auto& name : names) {
    const Amounts a{amount(item, "max", name), amount(item, "min", name), amount(item, "default", name),
                    amount(item, "defaultRequest", name), amount(item, "maxLimitRequestRatio", name)};
    check_order(item, name, a);
    check_ratio(item, name, a);
  }
}

void fill(Object& item, std::string_view map, std::string_view from) {
  const auto* source = api::get_object(item, {from});
  if (!source) return;
  const Object values = *source;
  for (const auto& [name, value] : values)
    api::set_default(item, {map, std::string_view(name)}, value);
}

}  // namespace

void default_limit_range(Object& o) {
  each(api::ensure_object(o, {"spec"}), "limits", [](Object& item) {
    if (api::get_string(item, {"type"}) != "Container") return;
    fill(item, "default", "max");
    fill(item, "defaultRequest", "default");
    fill(item, "defaultRequest", "min");
  });
}

void validate_limit_range(const Object& o, Errors& errors) {
  std::set<std::string> types;
  spec_of(o, errors).each("limits", [&](const Part& item) {
    const auto type = item.text("type");
    check_name(type, item.at("type"), api::names::qualified_name, errors);
    if (!type.empty() && type.find('/') == std::string_view::npos &&
        !contains({"Pod", "Container", "PersistentVolumeClaim"}, type))
      errors.invalid(item.at("type"), json::value(type), "must be a standard limit type or fully qualified");
    if (!types.emplace(type).second) errors.duplicate(item.at("type"), json::value(type));
    check_item(item);
  });
}

}  // namespace apiserver::kinds
