#include "cel/schema_rules.hpp"
#include <algorithm>
#include "cel/collections.hpp"
#include "cel/correlation.hpp"
#include "cel/rule.hpp"

namespace cel {

using api::field::Path;
using api::field::Reason;

namespace {

/// Parallel to the schema; only where there are rules, here or below.
struct RuleNode {
  std::vector<CompiledRule> rules;
  std::map<std::string, std::unique_ptr<const RuleNode>, std::less<>> properties;
  std::unique_ptr<const RuleNode> additional, items;
  std::vector<std::unique_ptr<const RuleNode>> all_of;
  const Schema* schema = nullptr;
  std::shared_ptr<const SchemaTree> tree;
  std::string type;            ///< "object", "string", ...
  bool maps_correlate = true;  ///< x-kubernetes-map-type is one of those whose members correspond.
};

using Node = RuleNode;

/// Null where there is no rule. `schema` holds the rules; below allOf it is a part, and `node` stays that of
/// the whole.
std::unique_ptr<Node> build(const json::object& schema, const Schema& node, const std::string& type,
                            const std::shared_ptr<const SchemaTree>& tree);

std::string text(const json::object& o, std::string_view key) {
  const json::value* v = o.if_contains(key);
  return v && v->is_string() ? std::string(v->get_string()) : std::string();
}

std::unique_ptr<Node> build_child(const json::object& schema, const Schema* node,
                                  const std::shared_ptr<const SchemaTree>& tree) {
  return node ? build(schema, *node, text(schema, "type"), tree) : nullptr;
}

std::unique_ptr<Node> build(const json::object& schema, const Schema& node, const std::string& type,
                            const std::shared_ptr<const SchemaTree>& tree) {
  auto out = std::make_unique<Node>();
  out->schema = &node;
  out->tree = tree;
  out->type = type;
  const std::string map_type = text(schema, "x-kubernetes-map-type");
  out->maps_correlate = map_type.empty() || map_type == "granular" || map_type == "atomic";
  if (node.exposed) out->rules = compile_rules(schema, node, tree);
  if (const auto* properties = child_schema(schema, "properties"))
    for (const auto& [name, value] : *properties) {
      const Property* p = node.property(name);
      if (!p || !p->schema->exposed || !value.is_object()) continue;
      if (auto below = build_child(value.get_object(), p->schema, tree))
        out->properties.emplace(name, std::move(below));
    }
  if (const auto* additional = child_schema(schema, "additionalProperties"))
    out->additional = build_child(*additional, node.element, tree);
  if (const auto* items = child_schema(schema, "items")) out->items = build_child(*items, node.element, tree);
  if (const json::value* parts = schema.if_contains("allOf"); parts && parts->is_array())
    for (const auto& part : parts->get_array())
      if (part.is_object())
        if (auto below = build(part.get_object(), node, type, tree)) out->all_of.push_back(std::move(below));
  const bool any = !out->rules.empty() || !out->properties.empty() || out->additional || out->items ||
                   !out->all_of.empty();
  return any ? std::move(out) : nullptr;
}

/// For ratcheting: the correlation of the value at hand, if there is one, and that of what it is in.
struct Ratchet {
  const Correlation* current = nullptr;
  const Correlation* parent = nullptr;

  bool forgives() const {
    const Correlation* c = current ? current : parent;
    return c && c->unchanged();
  }
};

class Validation {
 public:
  explicit Validation(std::int64_t budget) { outcome_.budget = budget; }

  RuleOutcome take() && { return std::move(outcome_); }

  void visit_root(const Node& node, const json::object& object, const json::object* old) {
    const std::optional<Correlation> c =
        old ? std::optional<Correlation>(std::in_place, object, *old, *node.schema) : std::nullopt;
    visit_object(node, Path(), object, old, {c ? &*c : nullptr, nullptr});
  }

 private:
  void visit_object(const Node& node, const Path& path, const json::object& object, const json::object* old,
                    const Ratchet& ratchet) {
    const Value old_self = old ? Value::map(old, node.schema) : Value();
    run_rules(node, path, Value::map(&object, node.schema), old ? &old_self : nullptr, nullptr, ratchet);
    for (const auto& part : node.all_of)
      if (outcome_.budget >= 0) visit_object(*part, path, object, old, Ratchet{nullptr, ratchet.parent});
    visit_members(node, path, object, old, ratchet);
  }

  /// `old`: null if no old value corresponds.
  void visit(const Node& node, const Path& path, const json::value& value, const json::value* old,
             const Ratchet& ratchet) {
    if (value.is_null() || outcome_.budget < 0) return;
    if (old && old->is_null()) old = nullptr;
    if (value.is_object())
      return visit_object(node, path, value.get_object(), old ? old->if_object() : nullptr, ratchet);
    if (!node.rules.empty()) {
      // Reading a value may fail (a date that is none); its rules then fail with that.
      Evaluation adapter({}, 0, UINT64_MAX, evaluation_bytes_max);
      const Value self = adapt(adapter, value, node.schema);
      const Value old_self = old ? adapt(adapter, *old, node.schema) : Value();
      run_rules(node, path, self, old ? &old_self : nullptr, &value, ratchet);
    }
    // Upstream does not ratchet below allOf by the value itself.
    for (const auto& part : node.all_of)
      visit(*part, path, value, old, Ratchet{nullptr, ratchet.parent});
    if (value.is_array()) visit_items(node, path, value.get_array(), old, ratchet);
  }

  void visit_items(const Node& node, const Path& path, const json::array& items, const json::value* old,
                   const Ratchet& ratchet) {
    if (!node.items) return;
    const KeyedItems keyed(old ? old->if_array() : nullptr, *node.schema);
    for (std::size_t i = 0; i < items.size() && outcome_.budget >= 0; ++i) {
      const json::value* before = keyed.find(items[i]);
      const auto below = ratchet.current ? ratchet.current->item(items[i], before) : std::nullopt;
      visit(*node.items, path.index(i), items[i], before, descended(ratchet, below));
    }
  }

  void visit_members(const Node& node, const Path& path, const json::object& object, const json::object* old,
                     const Ratchet& ratchet) {
    const json::object* before = node.maps_correlate ? old : nullptr;
    for (const auto& [name, value] : object) {
      if (outcome_.budget < 0) return;
      const auto property = node.properties.find(std::string_view(name));
      const Node* below = property != node.properties.end() ? property->second.get() : node.additional.get();
      if (!below) continue;
      const Path there = below == node.additional.get() ? path.key(name) : path.child(name);
      const json::value* was = before ? before->if_contains(name) : nullptr;
      // The version and kind of an object may have been converted.
      const bool hidden = ratchet.current && !ratchet.parent && (name == "apiVersion" || name == "kind");
      const auto c = ratchet.current && !hidden ? ratchet.current->member(name) : std::nullopt;
      visit(*below, there, value, was, hidden ? Ratchet() : descended(ratchet, c));
    }
  }

  static Ratchet descended(const Ratchet& from, const std::optional<Correlation>& to) {
    if (!from.current) return from;
    return {to ? &*to : nullptr, from.current};
  }

  /// `value`: for messages; null for objects, which they do not show.
  void run_rules(const Node& node, const Path& path, const Value& self, const Value* old,
                 const json::value* value, const Ratchet& ratchet) {
    if (node.rules.empty()) return;
    if (outcome_.budget <= 0) {
      invalid(path, json::string(node.type),
              "validation failed due to running out of cost budget, no further validation rules will be run");
      outcome_.budget = -1;
      return;
    }
    const Value plain[] = {self, old ? *old : Value()};
    const Value optional[] = {self, old ? Value::optional(old) : Value::none()};
    for (const CompiledRule& r : node.rules) {
      const bool is_optional = r.rule.optional_old_self.value_or(false);
      if (r.uses_old_self && !old && !is_optional) continue;
      run_rule(r, node, path, value, is_optional ? optional : plain, ratchet);
      if (outcome_.budget < 0) return;
    }
  }

  void run_rule(const CompiledRule& r, const Node& node, const Path& path, const json::value* value,
                std::span<const Value> variables, const Ratchet& ratchet) {
    const json::string type(node.type);
    if (!r.problem.empty()) return invalid(path, type, "rule compile error: " + r.problem);
    if (!r.program) return;
    std::uint64_t cost = 0;
    const auto holds = r.program->evaluate_bool(variables, &cost);
    if (!pay(cost))
      return invalid(
          path, type,
          "validation failed due to running out of cost budget, no further validation rules will be run");
    if (!holds) return failed(r, path, type, holds.error());
    if (*holds) return;
    explain(r, node, path, value, variables, ratchet);
  }

  /// False if the budget does not reach; then nothing more is run.
  bool pay(std::uint64_t cost) {
    const bool enough = cost <= static_cast<std::uint64_t>(outcome_.budget);
    outcome_.budget = enough ? outcome_.budget - static_cast<std::int64_t>(cost) : -1;
    return enough;
  }

  static std::string name_of(const Rule& r) {
    return std::string(trimmed(r.message.empty() ? r.rule : r.message));
  }

  void failed(const CompiledRule& r, const Path& path, const json::string& type, const base::Error& error) {
    const std::string& message = error.message;
    if (message.starts_with("no such overload")) {
      invalid(
          path, type,
          "'" + message +
              "': call arguments did not match a supported operator, function or macro signature for rule: " +
              name_of(r.rule));
    } else if (message.starts_with("operation cancelled")) {
      invalid(path, type,
              "'" + message +
                  "': no further validation rules will be run due to call cost exceeds limit for rule: " +
                  name_of(r.rule));
      outcome_.budget = -1;
    } else {
      invalid(path, type, message + " evaluating rule: " + name_of(r.rule));
    }
  }

  /// The rule does not hold: says so, in the words it gives for that.
  void explain(const CompiledRule& r, const Node& node, const Path& path, const json::value* value,
               std::span<const Value> variables, const Ratchet& ratchet) {
    const bool forgiven = !r.uses_old_self && ratchet.forgives();
    const Path at = r.field_path.empty() ? path : path.child(r.field_path);
    std::string detail = r.rule.message.empty() ? "failed rule: " + name_of(r.rule) : name_of(r.rule);
    if (r.message) {
      std::string problem;
      if (auto message = evaluate_message(r, variables, problem)) {
        detail = std::move(*message);
      } else if (outcome_.budget < 0) {
        return add({Reason::invalid, at.text(), json::string(node.type), problem}, forgiven);
      }
    }
    const bool shown = value && !value->is_structured();
    add({reason_of(r.rule), at.text(), shown ? *value : json::value(), detail, !shown}, forgiven);
  }

  static Reason reason_of(const Rule& r) {
    if (r.reason == "FieldValueForbidden") return Reason::forbidden;
    if (r.reason == "FieldValueRequired") return Reason::required;
    return r.reason == "FieldValueDuplicate" ? Reason::duplicate : Reason::invalid;
  }

  /// Nothing if the expression gives no text that may be shown; with the budget gone, `problem` says why.
  std::optional<std::string> evaluate_message(const CompiledRule& r, std::span<const Value> variables,
                                              std::string& problem) {
    std::uint64_t cost = 0;
    const auto message = r.message->evaluate_string(variables, &cost);
    if (!pay(cost)) {
      problem =
          "messageExpression evaluation failed due to running out of cost budget, no further validation "
          "rules will be run";
      return std::nullopt;
    }
    if (!message) {
      if (message.error().is(base::Errc::resource_exhausted)) {
        problem =
            "no further validation rules will be run due to call cost exceeds limit for messageExpression: "
            "\"" +
            r.rule.message_expression + "\"";
        outcome_.budget = -1;
      }
      return std::nullopt;
    }
    const auto text = trimmed(*message);
    const bool fine = !text.empty() && text.size() <= message_expression_bytes_max &&
                      text.find('\n') == std::string_view::npos;
    return fine ? std::optional(std::string(text)) : std::nullopt;
  }

  void invalid(const Path& path, const json::string& type, std::string detail) {
    outcome_.errors.invalid(path, type, std::move(detail));
  }

  void add(api::field::Error error, bool forgiven) {
    if (error.reason == Reason::duplicate) error.detail.clear();
    if (forgiven) {
      outcome_.warnings.push_back(error.text());
    } else {
      outcome_.errors.add(std::move(error));
    }
  }

  RuleOutcome outcome_;
};

}  // namespace

struct SchemaRules::Node : RuleNode {
  explicit Node(RuleNode&& n) : RuleNode(std::move(n)) {}
};

SchemaRules::SchemaRules(std::unique_ptr<const Node> root) : root_(std::move(root)) {}
SchemaRules::~SchemaRules() = default;

std::shared_ptr<const SchemaRules> SchemaRules::compile(const json::object& schema) {
  auto tree = std::make_shared<SchemaTree>();
  const Schema& root = *tree->add(schema, true);
  auto node = build(schema, root, text(schema, "type"), std::move(tree));
  if (!node) return nullptr;
  return std::shared_ptr<const SchemaRules>(new SchemaRules(std::make_unique<const Node>(std::move(*node))));
}

RuleOutcome SchemaRules::validate(const json::object& object, const json::object* old_object,
                                  std::int64_t budget) const {
  Validation validation(budget);
  validation.visit_root(*root_, object, old_object);
  return std::move(validation).take();
}

}  // namespace cel
