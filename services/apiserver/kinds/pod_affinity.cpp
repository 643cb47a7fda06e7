#include "api/names.hpp"
#include "apiserver/kinds/pod_rules.hpp"

namespace apiserver::kinds {
namespace {

constexpr std::string_view no_operator = "not a valid selector operator";

void validate_expression(const Part& e, bool check_values) {
  const auto op = e.text("operator");
  const auto values = e.count("values");
  if (op == "In" || op == "NotIn") {
    e.require("values", "must be specified when `operator` is 'In' or 'NotIn'");
  } else if (op == "Exists" || op == "DoesNotExist") {
    if (values > 0)
      e.errors.forbidden(e.at("values"),
                         "may not be specified when `operator` is 'Exists' or 'DoesNotExist'");
  } else if (op == "Gt" || op == "Lt") {
    if (values != 1)
      e.errors.required(e.at("values"), "must be specified single value when `operator` is 'Lt' or 'Gt'");
  } else {
    e.errors.invalid(e.at("operator"), json::value(op), std::string(no_operator));
  }
  check_label_key(e.text("key"), e.at("key"), e.errors);
  if (check_values)
    e.each_text("values", [&](std::string_view v, const Path& path) {
      check_name(v, path, api::names::label_value, e.errors);
    });
}

void validate_field_expression(const Part& e) {
  const auto op = e.text("operator");
  if (op != "In" && op != "NotIn")
    e.errors.invalid(e.at("operator"), json::value(op), std::string(no_operator));
  else if (e.count("values") != 1)
    e.errors.required(e.at("values"),
                      "must be only one value when `operator` is 'In' or 'NotIn' for node field selector");
  if (e.text("key") != "metadata.name")
    return e.errors.invalid(e.at("key"), json::value(e.text("key")), "not a valid field selector key");
  e.each_text("values", [&](std::string_view v, const Path& path) {
    check_name(v, path, api::names::dns1123_subdomain, e.errors);
  });
}

}  // namespace

void validate_node_selector_term(const Part& term, bool check_values) {
  term.each("matchExpressions", [&](const Part& e) { validate_expression(e, check_values); });
  term.each("matchFields", validate_field_expression);
}

void validate_node_selector(const Part& selector) {
  if (!selector.require("nodeSelectorTerms", "must have at least one node selector term")) return;
  selector.each("nodeSelectorTerms", [](const Part& term) { validate_node_selector_term(term, true); });
}

namespace pod {
namespace {

constexpr std::string_view required = "requiredDuringSchedulingIgnoredDuringExecution";
constexpr std::string_view preferred = "preferredDuringSchedulingIgnoredDuringExecution";

void check_weight(const Part& term) {
  const auto weight = term.number("weight").value_or(0);
  if (weight <= 0 || weight > 100)
    term.errors.invalid(term.at("weight"), weight, "must be in the range 1-100");
}

/// matchLabelKeys and mismatchLabelKeys: keys of labels, in one of the lists only, and only with a selector.
void check_keys(const Part& term, std::string_view member) {
  if (term.count(member) == 0) return;
  if (!term.object("labelSelector"))
    return term.errors.forbidden(term.at(member), "must not be specified when labelSelector is not set");
  term.each_text(member,
                 [&](std::string_view key, const Path& path) { check_label_key(key, path, term.errors); });
}

bool lists(const Part& term, std::string_view member, std::string_view wanted) {
  bool found = false;
  term.each_text(member, [&](std::string_view key, const Path&) { found = found || key == wanted; });
  return found;
}

void check_match_keys(const Part& term) {
  check_keys(term, "matchLabelKeys");
  check_keys(term, "mismatchLabelKeys");
  term.each_text("matchLabelKeys", [&](std::string_view key, const Path& path) {
    if (lists(term, "mismatchLabelKeys", key))
      term.errors.invalid(path, json::value(key), "exists in both matchLabelKeys and mismatchLabelKeys");
  });
}

void validate_term(const Part& term) {
  check_selector(term, "labelSelector");
  check_selector(term, "namespaceSelector");
  term.each_text("namespaces", [&](std::string_view ns, const Path&) {
    check_name(ns, term.at("namespace"), api::names::dns1123_label, term.errors);
  });
  check_match_keys(term);
  term.require("topologyKey", "can not be empty");
  check_label_key(term.text("topologyKey"), term.at("topologyKey"), term.errors);
}

void validate_between_pods(const Part& affinity) {
  affinity.each(required, validate_term);
  affinity.each(preferred, [](const Part& weighted) {
    check_weight(weighted);
    validate_term(weighted.part("podAffinityTerm"));
  });
}

void validate_to_nodes(const Part& affinity) {
  affinity.with(required, validate_node_selector);
  affinity.each(preferred, [](const Part& weighted) {
    check_weight(weighted);
    validate_node_selector_term(weighted.part("preference"), false);
  });
}

}  // namespace

void validate_affinity(const Part& spec) {
  const Part affinity = spec.part("affinity");
  affinity.with("nodeAffinity", validate_to_nodes);
  affinity.with("podAffinity", validate_between_pods);
  affinity.with("podAntiAffinity", validate_between_pods);
}

}  // namespace pod
}  // namespace apiserver::kinds
