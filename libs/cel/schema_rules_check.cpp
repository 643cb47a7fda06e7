#include <algorithm>
#include <array>
#include <cstdio>
#include "cel/rule.hpp"
#include "cel/schema_rules.hpp"

namespace cel {

namespace {

using api::field::Errors;
using api::field::Path;
using api::field::Reason;

bool has_newline(std::string_view text) {
  return text.find_first_of("\n\r") != std::string_view::npos;
}

std::uint64_t multiplied(std::uint64_t a, std::uint64_t b) {
  return a != 0 && b > UINT64_MAX / a ? UINT64_MAX : a * b;
}

std::string cost_message(const std::string& what, std::uint64_t cost, std::uint64_t limit) {
  const double factor = static_cast<double>(cost) / static_cast<double>(limit);
  char text[64] = "more than 100x";
  if (factor <= 100) std::snprintf(text, sizeof text, factor < 1.5 ? "%fx" : "%.1fx", factor);
  return what + " exceeds budget by factor of " + text +
         " (try simplifying the rule, or adding maxItems, maxProperties, and maxLength where arrays, maps, "
         "and strings "
         "are declared)";
}

/// How often the children of a schema may be there for each time it is; nothing: without bound.
std::optional<std::uint64_t> children_max(const json::object& schema) {
  const json::value* type = schema.if_contains("type");
  const std::string_view name = type && type->is_string() ? std::string_view(type->get_string()) : "";
  const char* bound = nullptr;
  if (name == "array") bound = "maxItems";
  if (name == "object" && schema.contains("additionalProperties")) bound = "maxProperties";
  if (!bound) return 1;
  const json::value* most = schema.if_contains(bound);
  if (!most || !most->is_int64()) return std::nullopt;
  return static_cast<std::uint64_t>(std::max<std::int64_t>(most->get_int64(), 0));
}

/// What is known of the place of a schema node.
struct Place {
  Path path;
  const Schema* node = nullptr;  ///< Null: expressions are not looked at here (allOf and the like).
  std::optional<std::uint64_t> cardinality = 1;  ///< How often its values may be in one object.
  std::optional<Path> uncorrelatable;  ///< oldSelf means nothing here, because of the schema at that path.
};

class RuleChecker {
 public:
  RuleChecker(const RuleCheckOptions& options, std::shared_ptr<const SchemaTree> tree)
      : options_(options), tree_(std::move(tree)) {}

  /// False if the form of a rule here or below is wrong.
  bool check(const json::object& schema, const Place& place) {
    bool fine = check_below(schema, place);
    const auto rules = read_rules(schema);
    const Path path = place.path.child("x-kubernetes-validations");
    for (std::size_t i = 0; i < rules.size(); ++i)
      fine &= check_form(rules[i], schema, path.index(i));
    if (fine && place.node && !rules.empty()) check_expressions(schema, place, path);
    return fine;
  }

  void finish(const Path& path, Errors& errors) {
    if (total_ > static_schema_cost_limit) {
      std::stable_sort(expensive_.begin(), expensive_.end(),
                       [](const Cost& a, const Cost& b) { return a.cost > b.cost; });
      if (expensive_.size() > 4) expensive_.resize(4);
      for (const Cost& c : expensive_)
        expression_errors_.forbidden(
            c.path,
            "contributed to estimated rule cost total exceeding cost limit for entire OpenAPIv3 schema");
      expression_errors_.forbidden(
          path, cost_message("x-kubernetes-validations estimated rule cost total for entire OpenAPIv3 schema",
                             total_, static_schema_cost_limit));
    }
    for (const Errors* each : {&form_errors_, &expression_errors_})
      for (const auto& e : *each)
        errors.add(e);
  }

 private:
  bool check_below(const json::object& schema, const Place& place) {
    bool fine = true;
    const auto many = children_max(schema);
    const auto below = [&](Path path, const Schema* node) {
      Place p{std::move(path), node, std::nullopt, place.uncorrelatable};
      if (place.cardinality && many) p.cardinality = multiplied(*place.cardinality, *many);
      return p;
    };
    if (const auto* additional = child_schema(schema, "additionalProperties"))
      fine &= check(*additional, below(place.path.child("additionalProperties"),
                                       place.node ? place.node->element : nullptr));
    if (const auto* properties = child_schema(schema, "properties"))
      for (const auto& [name, value] : *properties) {
        if (!value.is_object()) continue;
        const Property* p = place.node ? place.node->property(name) : nullptr;
        Place there = below(place.path.child("properties").key(name), p ? p->schema : nullptr);
        if (!maps_correlate(schema)) there.uncorrelatable = place.path;
        fine &= check(value.get_object(), there);
      }
    if (const auto* negated = child_schema(schema, "not"))
      fine &= check(*negated, below(place.path.child("not"), nullptr));
    for (const char* key : {"allOf", "oneOf", "anyOf"})
      if (const json::value* list = schema.if_contains(key); list && list->is_array())
        for (std::size_t i = 0; i < list->get_array().size(); ++i)
          if (const auto* each = list->get_array()[i].if_object())
            fine &= check(*each, below(place.path.child(key).index(i), nullptr));
    if (const auto* items = child_schema(schema, "items")) {
      Place there = below(place.path.child("items"), place.node ? place.node->element : nullptr);
      const json::value* kind = schema.if_contains("x-kubernetes-list-type");
      if (!kind || !kind->is_string() || kind->get_string() != "map") there.uncorrelatable = place.path;
      fine &= check(*items, there);
    }
    return fine;
  }

  static bool maps_correlate(const json::object& schema) {
    const json::value* kind = schema.if_contains("x-kubernetes-map-type");
    return !kind || !kind->is_string() || kind->get_string() == "granular" || kind->get_string() == "atomic";
  }

  bool check_form(const Rule& r, const json::object& schema, const Path& path) {
    const std::size_t before = form_errors_.size();
    const auto rule = trimmed(r.rule), message = trimmed(r.message);
    if (rule.empty()) {
      form_errors_.required(path.child("rule"), "rule is not specified");
    } else if (!r.message.empty() && message.empty()) {
      form_errors_.invalid(path.child("message"), json::string(r.message), "must be non-empty if specified");
    } else if (has_newline(message)) {
      form_errors_.invalid(path.child("message"), json::string(r.message), "must not contain line breaks");
    } else if (has_newline(rule) && message.empty()) {
      form_errors_.required(path.child("message"), "message must be specified if rule contains line breaks");
    }
    if (!r.message_expression.empty() && trimmed(r.message_expression).empty())
      form_errors_.required(path.child("messageExpression"),
                            "messageExpression must be non-empty if specified");
    static const std::vector<std::string_view> reasons{"FieldValueRequired", "FieldValueForbidden",
                                                       "FieldValueInvalid", "FieldValueDuplicate"};
    if (r.reason && std::find(reasons.begin(), reasons.end(), *r.reason) == reasons.end())
      form_errors_.not_supported(path.child("reason"), json::string(*r.reason), reasons);
    check_field_path(r, schema, path.child("fieldPath"));
    return form_errors_.size() == before;
  }

  void check_field_path(const Rule& r, const json::object& schema, const Path& path) {
    if (r.field_path.empty()) return;
    std::string problem;
    const auto invalid = [&](const char* why) {
      form_errors_.invalid(path, json::string(r.field_path), why);
    };
    if (trimmed(r.field_path).empty()) invalid("must be non-empty if specified");
    if (has_newline(r.field_path)) invalid("must not contain line breaks");
    if (!resolve_field_path(r.field_path, schema, problem)) invalid("must be a valid path");
  }

  void check_expressions(const json::object& schema, const Place& place, const Path& path) {
    if (!place.node->exposed) {
      expression_errors_.add(
          {Reason::internal, path.text(), nullptr,
           "internal error: failed to construct type information for x-kubernetes-validations rules: "
           "unable to convert structural schema to CEL declarations"});
      return;
    }
    const std::uint64_t fitting =
        static_cast<std::uint64_t>(request_bytes_max / (place.node->serialized_min + 1));
    const auto rules = compile_rules(schema, *place.node, tree_);
    for (std::size_t i = 0; i < rules.size(); ++i)
      check_expression(rules[i], place, path.index(i), place.cardinality.value_or(fitting));
  }

  void check_expression(const CompiledRule& r, const Place& place, const Path& path,
                        std::uint64_t cardinality) {
    const std::uint64_t cost = r.program ? multiplied(r.program->estimate().max, cardinality) : 0;
    observe(path.child("rule"), cost, "estimated rule cost");
    if (!r.problem.empty()) wrong(path.child("rule"), r.rule, r.problem);
    if (!r.message_problem.empty()) wrong(path.child("messageExpression"), r.rule, r.message_problem);
    if (r.message)
      observe(path.child("messageExpression"), r.message->estimate().max, "estimated messageExpression cost");
    if (r.uses_old_self && place.uncorrelatable)
      expression_errors_.invalid(
          path.child("rule"), json::string(r.rule.rule),
          "oldSelf cannot be used on the uncorrelatable portion of the schema within " +
              place.uncorrelatable->text());
    if (!r.uses_old_self && r.rule.optional_old_self)
      expression_errors_.invalid(path.child("optionalOldSelf"), *r.rule.optional_old_self,
                                 "may not be set if oldSelf is not used in rule");
  }

  void wrong(const Path& path, const Rule& rule, const std::string& problem) {
    // The value is the rule as Go prints it, which is no JSON.
    expression_errors_.add({Reason::invalid, path.text(), nullptr, rule.go_text() + ": " + problem, true});
  }

  void observe(const Path& path, std::uint64_t cost, const std::string& what) {
    if (!options_.unchanged_schema && cost > static_cost_limit)
      expression_errors_.forbidden(path, cost_message(what, cost, static_cost_limit));
    total_ = cost > UINT64_MAX - total_ ? UINT64_MAX : total_ + cost;
    if (cost >= static_schema_cost_limit / 100) expensive_.push_back({path, cost});
  }

  struct Cost {
    Path path;
    std::uint64_t cost;
  };
  RuleCheckOptions options_;
  std::shared_ptr<const SchemaTree> tree_;
  Errors form_errors_, expression_errors_;
  std::uint64_t total_ = 0;
  std::vector<Cost> expensive_;
};

}  // namespace

void check_schema_rules(const json::object& schema, const Path& path, const RuleCheckOptions& options,
                        Errors& errors) {
  auto tree = std::make_shared<SchemaTree>();
  Place root;
  root.path = path;
  root.node = tree->add(schema, true);
  RuleChecker checker(options, std::move(tree));
  checker.check(schema, root);
  checker.finish(path, errors);
}

}  // namespace cel
